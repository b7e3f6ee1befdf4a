/** What a certificate is to be good for. */
export interface CertificateRequest {
  /** For a client the role: PostgreSQL's method `cert` compares the two, https://www.postgresql.org/docs/15/auth-cert.html. */
  commonName: string;
  /** Names and addresses that a server is reached by. A client has none. */
  hosts: readonly string[];
  usage: "server" | "client";
}

/** As an operator would name the certificate: by its hosts, or by the role. */
export function certificateName({ commonName, hosts, usage }: CertificateRequest): string {
  return `${usage} certificate of ${hosts.length > 0 ? hosts.join(", ") : commonName}`;
}
