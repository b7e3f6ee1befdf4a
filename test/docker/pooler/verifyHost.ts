import { readFileSync } from "node:fs";
import { checkServerIdentity, type PeerCertificate } from "node:tls";

import type { Connection } from "@hosterizer/postgres/connection/connection";

/** TLS for postgres.js, which would check the certificate of an address against the name localhost. */
export function verifyHost({ host, sslrootcert = "" }: Connection) {
  return {
    ca: readFileSync(sslrootcert, "utf8"),
    checkServerIdentity: (_: string, certificate: PeerCertificate) =>
      checkServerIdentity(host, certificate),
  };
}
