import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** A file of `sslcert` or `sslkey` that can't be used. */
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
 * Reads what a client shows of itself.
 *
 * @param sslcert path of a PEM file, from the working folder
 * @throws CertificateFileError
 */
export function readClientCertificate(sslcert: string, sslkey: string) {
  return { cert: read("sslcert", sslcert), key: read("sslkey", sslkey) };
}

function read(setting: "sslcert" | "sslkey", file: string): string {
  const path = resolve(file);
  try {
    const text = readFileSync(path, "utf8");
    if (text.includes("-----BEGIN ")) return text;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const fault = code === "ENOENT" ? "is missing" : `cannot be read (${code})`;
    throw new CertificateFileError(setting, `${path} ${fault}`, { cause: error });
  }
  throw new CertificateFileError(setting, `${path} is no PEM file`);
}
