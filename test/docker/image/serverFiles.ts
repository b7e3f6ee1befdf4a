import { scramVerifier } from "@hosterizer/postgres/access/passwords";
import { issueCertificate, makeAuthority } from "@hosterizer/postgres/tls/certificates";

/** The superuser's password in these tests. */
export const password = "a password of these tests";

/** The minimum that the server's image requires in /etc/hosterizer, by file name. */
export async function serverFiles(settings: readonly string[] = []) {
  const now = new Date();
  const authority = await makeAuthority("the tests' authority", now);
  const { certificate, privateKey } = await issueCertificate(
    authority,
    { commonName: "server", hosts: ["127.0.0.1"], usage: "server" },
    now,
  );
  return {
    "postgresql.conf": [
      "listen_addresses = '*'",
      "unix_socket_directories = '/run/postgresql'",
      "shared_preload_libraries = 'pgaudit,pg_stat_statements'",
      "ssl = on",
      "ssl_cert_file = '/etc/hosterizer/server.crt'",
      "ssl_key_file = '/run/postgresql/server.key'",
      ...settings,
      "",
    ].join("\n"),
    "pg_hba.conf": "local all postgres peer\nhostssl all all all scram-sha-256\n",
    "pg_ident.conf": "",
    "server.crt": certificate,
    "server.key": privateKey,
    "ca.crt": authority.certificate,
    "superuser.scram": scramVerifier(password),
  };
}
