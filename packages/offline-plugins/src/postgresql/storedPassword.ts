import { scramVerifier } from "@hosterizer/postgres/access/passwords";

/** Whether a password is given as the server keeps it: a SCRAM verifier or an MD5 hash. */
export function isStoredForm(password: string): boolean {
  return password.startsWith("SCRAM-SHA-256$") || /^md5[0-9a-f]{32}$/.test(password);
}

/**
 * A password in the form in which the server keeps it, so that the clear text reaches neither the server's log nor
 * pg_stat_statements. Null takes the password away.
 */
export function storedPassword(password: string | null): string | null {
  if (password === null || password === "" || password.toUpperCase() === "NULL") return null;
  return isStoredForm(password) ? password : scramVerifier(password);
}
