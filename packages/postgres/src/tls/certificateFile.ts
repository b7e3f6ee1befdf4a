import { chmod, mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import type { FoundFile } from "./certificateFileDifferences";

/** Reads the file; whatever is in the way is told, never thrown. */
export async function readCertificateFile(path: string): Promise<FoundFile> {
  try {
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : { fault: `something that cannot be read (${code})` };
  }
}

/** Writes the file for everybody to read, at once: nobody ever sees a part of it. Folders that it makes are the user's own. */
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

/** Removes the file, and its folder if that leaves it empty. */
export async function removeCertificateFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await rmdir(dirname(path)).catch((error: unknown) => {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(code)) throw error;
  });
}
