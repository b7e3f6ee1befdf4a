import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

import { folders } from "../folders";

/** The first executable file called `name` on `path`. Skips the project's own folder, whose `pulumi` would find itself. */
export function findOnPath(name: string, path = process.env["PATH"] ?? ""): string | undefined {
  return withoutOwnFolders(path)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** The folders of `path` that are not the project's own. */
export function withoutOwnFolders(path: string): string[] {
  return path.split(delimiter).filter((folder) => folder !== "" && !folder.startsWith(folders.own));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
