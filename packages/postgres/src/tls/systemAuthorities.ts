import { existsSync } from "node:fs";

/** Where operating systems keep the certificate authorities that they trust, as OpenSSL and Go look for them. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL
  "/etc/ssl/ca-bundle.pem", // openSUSE
  "/etc/ssl/cert.pem", // macOS, FreeBSD
];

/** Path of the file with the operating system's authorities; undefined if there is none where it usually is. */
export function systemAuthorities(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return environment["SSL_CERT_FILE"] || bundles.find(existsSync);
}
