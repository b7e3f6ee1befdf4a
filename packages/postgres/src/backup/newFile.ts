import { link, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { UserError } from "../userError";

/**
 * Writes a file or a folder that appears under its name when it is complete, and overwrites nothing. If writing fails, nothing of it remains.
 *
 * @param file a path that does not exist yet
 * @param write gets the path to write to, in a folder that only this user may enter
 * @throws UserError if the file has appeared in the meantime, or the disk is full; what else `write` throws
 */
export async function writeNewFile(
  file: string,
  write: (unfinished: string) => Promise<void>,
): Promise<void> {
  // Beside the file, because a link cannot lead to another file system.
  const folder = await mkdtemp(join(dirname(file), ".dump-")).catch((error: unknown) => {
    throw notWritten(file, error);
  });
  const unfinished = join(folder, basename(file));
  try {
    await write(unfinished);
    await place(unfinished, file);
  } catch (error) {
    throw notWritten(file, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Unlike a rename alone, it replaces nothing but the empty folder that it has made itself. */
async function place(unfinished: string, file: string): Promise<void> {
  if (!(await stat(unfinished)).isDirectory()) {
    await link(unfinished, file);
    return;
  }
  await mkdir(file, { mode: 0o700 });
  await rename(unfinished, file);
}

/** For the user, where the file system has refused something. */
function notWritten(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return error;
  // A lost connection has nothing to do with the file.
  if (["read", "connect"].includes(String(error.syscall))) return error;
  if (error.code === "EEXIST") return alreadyThere(file);
  return new UserError(
    `${file} cannot be written: ${error.message}.`,
    "Nothing is left of it. Make room, or name a file in another folder.",
    { cause: error },
  );
}

/** Why a file is not written. */
export function alreadyThere(file: string): UserError {
  return new UserError(`${file} exists already.`, "Name another file: a dump overwrites nothing.");
}
