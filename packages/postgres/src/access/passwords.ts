import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** A password, and what the server needs to check it. Both are secrets. */
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

const iterations = 4096;

/**
 * The SCRAM-SHA-256 verifier of a password, as pg_authid stores it.
 *
 * ALTER ROLE accepts it instead of the password, so that the password never reaches the server, its log or
 * pg_stat_statements. https://www.postgresql.org/docs/15/catalog-pg-authid.html, RFC 5803
 *
 * @param password ASCII only: other characters would have to be normalised first (RFC 4013).
 * @param salt 16 bytes; the same salt gives the same verifier.
 * @throws RangeError if the password is not printable ASCII.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\x20-\x7e]+$/.test(password)) throw new RangeError("the password is not printable ASCII");
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
