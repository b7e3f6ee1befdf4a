import { existsSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

import { alreadyThere } from "@hosterizer/postgres/backup/newFile";
import { UserError } from "@hosterizer/postgres/userError";
import { humanBytes, humanDuration } from "@hosterizer/postgres/humanNumbers";
import { folders } from "../../folders";

/** Where dumps lie unless the user names a file. Git ignores it. */
export const defaultFolder = "dumps";

/**
 * The path of a dump that is about to be written.
 *
 * @param given the user's, if one was given
 * @param what is dumped, for the name of the file otherwise
 * @throws UserError if it exists, or its folder does not
 */
export function dumpFile(given: string | undefined, what: string, extension = "dump"): string {
  if (given === undefined) {
    const moment = new Date().toISOString().slice(0, 19).replaceAll(":", "");
    return join(folders.project, defaultFolder, `${what}-${moment}Z.${extension}`);
  }
  const file = fromUser(given);
  if (!existsSync(dirname(file))) {
    throw new UserError(
      `The folder ${dirname(file)} does not exist.`,
      "Make it, or name another file.",
    );
  }
  if (existsSync(file)) throw alreadyThere(file);
  return file;
}

/** Makes the folder that dumps go to unless the user names a file. */
export async function makeDefaultFolder(): Promise<void> {
  await mkdir(join(folders.project, defaultFolder), { recursive: true });
}

/** The user may have called npm in another folder than the project's. */
export function fromUser(file: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
}

/** A line about a file or folder that has been written. @param began in milliseconds */
export async function describeDump(file: string, began: number): Promise<string> {
  const isFolder = (await stat(file)).isDirectory();
  const files = isFolder ? (await readdir(file)).map((name) => join(file, name)) : [file];
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
  const size = sizes.reduce((sum, each) => sum + each, 0);
  return `${shown(file)}: ${humanBytes(size)}, ${humanDuration((Date.now() - began) / 1000)}`;
}

/** A path as the user can copy it in the folder where npm was called. */
function shown(file: string): string {
  const path = relative(process.env["INIT_CWD"] ?? process.cwd(), file);
  return path.startsWith("..") ? file : path;
}
