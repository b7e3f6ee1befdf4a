import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

/** https://www.postgresql.org/docs/15/libpq-ssl.html; `allow` and `prefer`, which protect from nothing, are left out. */
export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/**
 * What node-postgres is to ask of TLS, as libpq means the mode: `require` with an authority verifies as `verify-ca` does.
 *
 * @throws node:fs' error if the authority's file can't be read
 */
export function tlsOptions(mode: SslMode, sslrootcert?: string): false | ConnectionOptions {
  if (mode === "disable") return false;
  const authority = sslrootcert === undefined ? {} : { ca: readFileSync(sslrootcert, "utf8") };
  if (mode === "verify-full") return authority;
  if (mode === "require" && sslrootcert === undefined) return { rejectUnauthorized: false };
  return { ...authority, checkServerIdentity: () => undefined };
}
