// Places for the tokens of AuthClient. docs/clients.md compares them.

/** After a logout, only the device token is left. */
export interface Tokens {
  access_token?: string | undefined;
  refresh_token?: string | undefined;
  device_token?: string | undefined;
}

/** Clients with a store of the same name share a session. */
export interface Store {
  name: string;
  read(): Promise<Tokens>;
  write(tokens: Tokens): Promise<void>;
}

/** Keeps tokens for one page: a reload loses them, and other tabs have other sessions. */
export function memoryStore(): Store {
  let kept: Tokens = {};
  return {
    name: crypto.randomUUID(),
    read: async () => kept,
    write: async (tokens) => void (kept = tokens),
  };
}

/** Keeps tokens for all tabs. In localStorage, a tab can read what another has just replaced. */
export function sharedStore(name = "auth"): Store {
  async function ask<T>(mode: IDBTransactionMode, work: (rows: IDBObjectStore) => IDBRequest<T>) {
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.result.createObjectStore("tokens");
    const database = await finished(opening);
    const result = await finished(work(database.transaction("tokens", mode).objectStore("tokens")));
    database.close();
    return result;
  }
  return {
    name,
    read: async () => (await ask("readonly", (rows) => rows.get(name))) ?? {},
    write: async (tokens) => void (await ask("readwrite", (rows) => rows.put(tokens, name))),
  };
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
