import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { readCertificate } from "./readCertificate";

/** `code` of the error for a file of an authority that can't be used. */
export const authorityFileCode = "HOSTERIZER_AUTHORITY_FILE";

/** A file of `sslrootcert` that a client can't know any server by. */
export class AuthorityFileError extends Error {
  override readonly name = "AuthorityFileError";
  readonly code = authorityFileCode;

  constructor(
    readonly fault: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${fault}\n${remedy}`, options);
  }
}

/**
 * Reads the certificates that a client trusts.
 *
 * @param file as in `sslrootcert`: from the working folder, where it is not absolute
 * @returns PEM
 * @throws AuthorityFileError if it can't be read, or holds no certificate
 */
export function readAuthorityFile(file: string): string {
  const text = read(resolve(file));
  if (readCertificate(text) === undefined) throw unusable(resolve(file), "holds no certificate");
  return text;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw unusable(path, code === "ENOENT" ? "is missing" : `cannot be read (${code})`, error);
  }
}

function unusable(path: string, fault: string, cause?: unknown): AuthorityFileError {
  return new AuthorityFileError(
    `The certificate authority's file ${path} ${fault}.`,
    "`npm run up` of its stack writes it. Where the authority is your own, put its certificate there.",
    { cause },
  );
}
