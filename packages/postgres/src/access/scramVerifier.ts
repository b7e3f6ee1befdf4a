import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const iterations = 4096;

/**
 * The SCRAM-SHA-256 verifier of a password, as pg_authid keeps it.
 *
 * The server takes it in place of the password, which so never travels to the server nor into its log or
 * pg_stat_statements. https://www.postgresql.org/docs/15/catalog-pg-authid.html, RFC 5803
 *
 * @param password ASCII only: other characters would have to be normalised first (RFC 4013).
 * @param salt 16 bytes; the same salt gives the same verifier.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[\x20-\x7e]+$/.test(password)) throw new RangeError("the password is not printable ASCII");
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
