import { mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";

/**
 * Gives a copy of the project the installed packages of another, and its own workspaces.
 *
 * @param from An absolute path of a `node_modules`.
 */
export async function linkModules(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.name === "@hosterizer") await linkWorkspaces(source, target);
    // A workspace: npm links it by a path from here.
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await symlink(source, target);
  }
}

async function linkWorkspaces(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from))
    await symlink(await readlink(join(from, name)), join(to, name));
}
