import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import type { Credentials } from "./poolSettings";

/**
 * Credentials out of a file that changes when the password is rotated: a JSON object with `DB_USER` and `DB_PASSWORD`, as
 * `npm run -s db -- env --json` prints it.
 */
export function credentialsFrom(file: string): () => Promise<Credentials> {
  return async () => parse(await readFile(file, "utf8"), file);
}

/** What is wrong with the file by now, if anything. */
export function credentialsFault(file: string): string | undefined {
  try {
    parse(readFileSync(file, "utf8"), file);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws Error without any of the text, which may be a password */
function parse(text: string, file: string): Credentials {
  let found: Partial<Record<string, unknown>> | null;
  try {
    found = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  } catch {
    throw new Error(`${file} is no JSON`);
  }
  const { DB_USER: user, DB_PASSWORD: password } = found ?? {};
  if (typeof user !== "string" || typeof password !== "string" || user === "" || password === "") {
    throw new Error(`${file} has no DB_USER and DB_PASSWORD`);
  }
  return { user, password };
}
