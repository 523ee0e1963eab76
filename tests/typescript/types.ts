// The types of openapi-typescript know each error code of each status.
import type { operations } from "./schema";

type Register = operations["auth-register"];
type Taken = Register["responses"][409]["content"]["application/json"]["detail"]["code"];

export function field(code: Taken): "email" | "username" | null {
  switch (code) {
    case "email_taken":
      return "email";
    case "username_taken":
      return "username";
    case "account_conflict":
      return null;
  }
}

export const body: Register["requestBody"]["content"]["application/json"] = {
  email: "ann@example.com",
  username: "ann",
  password: "a good long passphrase",
};

// @ts-expect-error: no route answers with this code
export const unknown: Taken = "no_such_code";
