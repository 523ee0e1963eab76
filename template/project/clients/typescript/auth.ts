// A client of this API for browsers, to be copied into a front end. docs/clients.md describes it.
// It needs HTTPS or localhost, because browsers have Web Locks only there.

const PREFIX = "/auth";
const TIMEOUT = 30_000; // milliseconds
// A lost response is asked for again, while AUTH_REFRESH_GRACE_SECONDS allow that.
const REFRESH_TIMEOUT = 7_000;
const REFRESH_ATTEMPTS = 3;

export interface Options {
  /** Where the API is, such as https://api.example.com. The default is the origin of the page. */
  baseUrl?: string;
  # {% if transport == "both" %}
  transport: "cookie" | "header";
  # {% endif %}
  # {% if transport != "cookie" %}
  /** Where tokens are kept. The default is memory, which a reload of the page empties. */
  storage?: Pick<Storage, "getItem" | "setItem">;
  # {% endif %}
  /** Called when the user has signed in or out, here or in another tab with the same storage. */
  onChange?: (signedIn: boolean) => void;
}

# {% if transport != "cookie" %}
interface Tokens {
  access_token: string;
  refresh_token: string;
  device_token?: string;
}

# {% endif %}
# {% if "totp" in features %}
/** The body of a 202. The token and a code finish the login. */
export interface SecondFactorResponse {
  second_factor: {
    token: string;
    methods: ("totp" | "recovery_code")[];
    expires_in: number;
  };
}

/** The routes whose responses have new tokens. */
export type SignIn =
  "login" | "login/totp" | "login/recovery-code" | "password" | "reauthenticate";
# {% else %}
/** The routes whose responses have new tokens. */
export type SignIn = "login" | "password" | "reauthenticate";
# {% endif %}

/** All methods resolve to a response, like `fetch`, and reject without one. */
export class AuthClient {
  #options: Options;
  #storage: Pick<Storage, "getItem" | "setItem">;
  #key: string;
  #signedIn: boolean;
  #renewal: Promise<Response | undefined> | undefined;

  # {% if transport == "both" %}
  constructor(options: Options) {
    this.#options = options;
    this.#storage = options.transport === "cookie" ? localStorage : (options.storage ?? memory());
    # {% elif transport == "header" %}
  constructor(options: Options = {}) {
    this.#options = options;
    this.#storage = options.storage ?? memory();
    # {% else %}
  constructor(options: Options = {}) {
    this.#options = options;
    this.#storage = localStorage;
    # {% endif %}
    this.#key = `auth ${this.#url("/").origin}`;
    this.#signedIn = this.#state !== "";
    addEventListener("storage", (event) => {
      if (event.storageArea === this.#storage && event.key === this.#key) this.#announce();
    });
  }

  /** `fetch` for a path of the API. After a 401, refresh and send the request again, once. */
  async fetch(path: string, init?: RequestInit): Promise<Response> {
    return this.#renewing(() => this.#send(path, init));
  }

  # {% if "totp" in features %}
  /** Open a session. After a 202, the login still needs a code: see SecondFactorResponse. */
  # {% else %}
  /** Open a session. */
  # {% endif %}
  async signIn(route: SignIn, body: object): Promise<Response> {
    # {% if transport == "cookie" %}
    const attempt = () => this.#locked(() => this.#open(route, body));
    # {% else %}
    const device_token = this.#storage.getItem(`${this.#key} device`);
    const attempt = () => this.#locked(() => this.#open(route, { device_token, ...body }));
    # {% endif %}
    return route.startsWith("login") ? attempt() : this.#renewing(attempt);
  }

  /** End the session in all tabs. Without a 204, the user is still signed in. */
  async logout(): Promise<Response> {
    return this.#locked(async () => {
      # {% if transport == "cookie" %}
      const response = await this.#post("logout");
      # {% else %}
      const response = await this.#post("logout", this.#tokens);
      # {% endif %}
      if (response.ok) this.#state = "";
      return response;
    });
  }

  async #renewing(attempt: () => Promise<Response>): Promise<Response> {
    const state = this.#state;
    const response = await attempt();
    # {% if transport == "both" %}
    const canRefresh = state !== "" || this.#options.transport === "cookie";
    if (response.status !== 401 || !canRefresh) return response;
    # {% elif transport == "header" %}
    if (response.status !== 401 || state === "") return response;
    # {% else %}
    if (response.status !== 401) return response;
    # {% endif %}
    this.#renewal ??= this.#renew(state).finally(() => (this.#renewal = undefined));
    const refused = await this.#renewal;
    return refused ? refused.clone() : attempt();
  }

  /** Refresh, unless another tab has just done so. Resolve to a response that refuses it. */
  async #renew(state: string): Promise<Response | undefined> {
    return this.#locked(async () => {
      if (this.#state !== state) return undefined;
      const response = await this.#refresh();
      if (response.status === 401) this.#state = "";
      return response.ok ? undefined : response;
    });
  }

  async #refresh(): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        # {% if transport == "cookie" %}
        return await this.#open("refresh", undefined, REFRESH_TIMEOUT);
        # {% else %}
        return await this.#open("refresh", this.#tokens, REFRESH_TIMEOUT);
        # {% endif %}
      } catch (error) {
        if (attempt === REFRESH_ATTEMPTS) throw error;
        await new Promise((resume) => setTimeout(resume, attempt * 1_000));
      }
    }
  }

  async #open(route: string, body?: object, timeout?: number): Promise<Response> {
    const response = await this.#post(route, body, timeout);
    # {% if "totp" in features %}
    if (!response.ok || response.status === 202) return response;
    # {% else %}
    if (!response.ok || response.status === 202) return response; // 202 asks for another step
    # {% endif %}
    # {% if transport == "cookie" %}
    this.#state = crypto.randomUUID();
    return response;
  }

    # {% else %}
    # {% if transport == "both" %}
    if (this.#options.transport === "cookie") {
      this.#state = crypto.randomUUID();
      return response;
    }
    # {% endif %}
    const { device_token, ...tokens }: Tokens = await response.clone().json();
    if (device_token) this.#storage.setItem(`${this.#key} device`, device_token);
    this.#state = JSON.stringify(tokens);
    return response;
  }

    # {% endif %}
  #post(route: string, body?: object, timeout = TIMEOUT): Promise<Response> {
    return this.#send(`${PREFIX}/${route}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(timeout),
    });
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response> {
    const url = this.#url(path);
    # {% if transport == "both" %}
    if (this.#options.transport === "cookie") return fetch(url, { ...init, credentials: "include" });
    # {% endif %}
    # {% if transport == "cookie" %}
    return fetch(url, { ...init, credentials: "include" });
  }

    # {% else %}
    const headers = new Headers(init.headers);
    if (this.#tokens) headers.set("Authorization", `Bearer ${this.#tokens.access_token}`);
    return fetch(url, { ...init, headers, credentials: "omit" });
  }

    # {% endif %}
  #url(path: string): URL {
    const base = this.#options.baseUrl?.replace(/\/$/, "") ?? "";
    const url = new URL(base + path, location.href);
    // Another origin must not get a request in the name of the user.
    if (url.origin !== new URL(base, location.href).origin) throw new TypeError(`No path: ${path}`);
    return url;
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    return await navigator.locks.request(this.#key, work);
  }

  # {% if transport != "cookie" %}
  get #tokens(): Tokens | undefined {
    # {% if transport == "both" %}
    if (this.#options.transport === "cookie") return undefined;
    # {% endif %}
    return this.#state ? JSON.parse(this.#state) : undefined;
  }

  # {% endif %}
  # {% if transport == "cookie" %}
  // Empty after a logout. Scripts cannot see the cookies, so it is a value that changes with them.
  # {% elif transport == "header" %}
  // Empty after a logout, otherwise the tokens.
  # {% else %}
  // Empty after a logout, otherwise the tokens, or a value that changes with the cookies.
  # {% endif %}
  get #state(): string {
    return this.#storage.getItem(this.#key) ?? "";
  }

  set #state(state: string) {
    this.#storage.setItem(this.#key, state);
    this.#announce();
  }

  #announce(): void {
    const signedIn = this.#state !== "";
    if (signedIn === this.#signedIn) return;
    this.#signedIn = signedIn;
    this.#options.onChange?.(signedIn);
  }
}
# {% if transport != "cookie" %}

function memory(): Pick<Storage, "getItem" | "setItem"> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
  };
}
# {% endif %}
