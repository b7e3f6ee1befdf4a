import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import type { Difference } from "../convergence/difference";
import type { CertificateKind } from "./certificates";

/** What is at a file's path: its text, why it can't be read, or undefined if it is missing. */
export type CertificateFile = { text: string } | { fault: string } | undefined;

/** Reads the file. Reports what prevents that instead of throwing it. */
export async function readCertificateFile(path: string): Promise<CertificateFile> {
  try {
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : { fault: `something that cannot be read (${code})` };
  }
}

/**
 * How the file that clients verify the server with differs from the authority's certificate.
 *
 * @param file its path, as the user knows it
 */
export function certificateFileDifferences(
  file: string,
  certificate: string,
  found: CertificateFile,
): Difference[] {
  if (found !== undefined && "text" in found && found.text === certificate) return [];
  return [
    {
      kind: "certificate file" satisfies CertificateKind,
      object: `file ${file}`,
      expected: `the certificate of ${commonNameOf(certificate) ?? ""}`,
      actual: found === undefined ? null : describe(found),
      repair: "automatic",
      reason: "clients cannot verify the server",
    },
  ];
}

function describe(found: { text: string } | { fault: string }): string {
  if ("fault" in found) return found.fault;
  const name = commonNameOf(found.text);
  return name === undefined ? "no certificate" : `another one, of ${name}`;
}

/** Common name in the first certificate of a PEM text; undefined if the text holds none. */
function commonNameOf(pem: string): string | undefined {
  try {
    return [new X509Certificate(pem).toLegacyObject().subject.CN].flat().join(", ");
  } catch {
    return undefined;
  }
}

/** Writes the file, readable by everyone, in one step. Folders that it creates are the user's alone. */
export async function writeCertificateFile(path: string, certificate: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}`;
  try {
    await writeFile(unfinished, certificate);
    await chmod(unfinished, 0o644);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Removes the file, and its folder if that is then empty. */
export async function removeCertificateFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await rmdir(dirname(path)).catch((error: unknown) => {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(code)) throw error;
  });
}
