import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { binariesOutside } from "./paths";

/** Removes the copies of the server's binaries that are kept outside of a clone, if none of its servers is there any more. */
export async function removeSpareBinaries(projectDirectory: string): Promise<void> {
  const folder = dirname(binariesOutside(projectDirectory));
  const names = await readdir(folder).catch(() => []);
  const areCopies = names.every((name) => existsSync(join(folder, name, "bin", "postgres")));
  if (areCopies) await rm(folder, { recursive: true, force: true });
}
