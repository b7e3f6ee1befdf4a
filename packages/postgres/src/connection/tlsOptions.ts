import { UserError } from "../userError";
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ConnectionOptions } from "node:tls";

/** TLS modes as libpq names them, https://www.postgresql.org/docs/15/libpq-ssl.html. */
export type SslMode = "disable" | "require" | "verify-ca" | "verify-full";

/** How a client verifies the server and identifies itself. Paths are relative to the working folder. */
export interface TlsSettings {
  /** Default `disable`, which only loopback servers should see. */
  sslmode?: SslMode;
  /** Path of a PEM file with the certificate authorities to trust. Default: the system's. */
  sslrootcert?: string;
  /** Paths of PEM files with the client's certificate and its key. */
  sslcert?: string;
  sslkey?: string;
}

type TlsFiles = { [File in Exclude<keyof TlsSettings, "sslmode">]?: string | undefined };

/** `code` of the error for an authority's file that can't be used. */
export const authorityFileCode = "HOSTERIZER_AUTHORITY_FILE";

/** The file of `sslrootcert` can't be used to verify a server. */
export class AuthorityFileError extends UserError {
  override readonly name = "AuthorityFileError";
  readonly code = authorityFileCode;
}

/** The file of `sslcert` or `sslkey` can't be used. */
export class CertificateFileError extends Error {
  override readonly name = "CertificateFileError";

  constructor(
    readonly setting: "sslcert" | "sslkey",
    readonly fault: string,
    options?: ErrorOptions,
  ) {
    super(`${setting}: ${fault}`, options);
  }
}

/**
 * The `ssl` option of node-postgres.
 *
 * @throws AuthorityFileError if `sslrootcert` can't be used; CertificateFileError if `sslcert` or `sslkey` can't
 */
export function tlsOptions(
  sslmode: SslMode,
  { sslrootcert, sslcert, sslkey }: TlsFiles,
): false | ConnectionOptions {
  const identity =
    sslcert && sslkey
      ? { cert: readPem("sslcert", sslcert), key: readPem("sslkey", sslkey) }
      : undefined;
  return sslmode === "disable" ? false : { ...verification(sslmode, sslrootcert), ...identity };
}

function verification(sslmode: SslMode, sslrootcert: string | undefined): ConnectionOptions {
  if (sslmode === "require") {
    const ca = sslrootcert === undefined ? {} : { ca: readAuthorityFile(sslrootcert) };
    return { rejectUnauthorized: false, ...ca };
  }
  const file = sslrootcert ?? systemAuthorities();
  return {
    // Node.js has its own list, for operating systems without one.
    ...(file === undefined ? {} : { ca: readAuthorityFile(file) }),
    // verify-ca accepts any host that the authority has signed for.
    ...(sslmode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}

/**
 * Reads the certificates that a client trusts.
 *
 * @param file as in `sslrootcert`: relative to the working folder
 * @returns PEM
 * @throws AuthorityFileError if it can't be read or holds no certificate
 */
function readAuthorityFile(file: string): string {
  const path = resolve(file);
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unusable(path, describeReadError(error), error);
  }
  try {
    new X509Certificate(text);
  } catch {
    throw unusable(path, "holds no certificate");
  }
  return text;
}

function unusable(path: string, fault: string, cause?: unknown): AuthorityFileError {
  return new AuthorityFileError(
    `The certificate authority's file ${path} ${fault}.`,
    "`npm run up` of its stack writes it. If the authority is your own, put its certificate there.",
    { cause },
  );
}

function readPem(setting: "sslcert" | "sslkey", file: string): string {
  const path = resolve(file);
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new CertificateFileError(setting, `${path} ${describeReadError(error)}`, {
      cause: error,
    });
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new CertificateFileError(setting, `${path} is not a PEM file`);
}

function describeReadError(error: unknown): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? "is missing" : `cannot be read (${code})`;
}

/** Where operating systems keep the certificate authorities that they trust, as OpenSSL and Go look for them. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine
  "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL
  "/etc/ssl/ca-bundle.pem", // openSUSE
  "/etc/ssl/cert.pem", // macOS, FreeBSD
];

/** Path of the file with the operating system's authorities; undefined if it is in none of the usual places. */
export function systemAuthorities(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return environment["SSL_CERT_FILE"] || bundles.find(existsSync);
}
