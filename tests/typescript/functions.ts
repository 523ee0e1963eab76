// The functions of openapi-ts have the names of the operations.
import { authMe, authRegister, notesListNotes } from "./client";

export async function register(): Promise<string> {
  const { data, error } = await authRegister({
    body: { email: "ann@example.com", username: "ann", password: "a good long passphrase" },
  });
  if (error !== undefined) {
    return JSON.stringify(error.detail);
  }
  return data.username;
}

export async function show(): Promise<number> {
  const me = await authMe();
  const notes = await notesListNotes({ query: { limit: 10 } });
  return (me.data?.id ?? 0) + (notes.data?.length ?? 0);
}
