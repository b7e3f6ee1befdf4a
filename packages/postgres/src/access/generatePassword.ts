import { randomBytes } from "node:crypto";

import { scramVerifier } from "./scramVerifier";

/** A password and what the server needs to check it. Both are secrets. */
export interface GeneratedPassword {
  /** 192 random bits in the URL-safe Base64 alphabet, so that it needs no escaping in a URL or a shell. */
  password: string;
  verifier: string;
}

/** A new random password. */
export function generatePassword(): GeneratedPassword {
  const password = randomBytes(24).toString("base64url");
  return { password, verifier: scramVerifier(password) };
}
