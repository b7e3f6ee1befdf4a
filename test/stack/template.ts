import { existsSync } from "node:fs";
import { chmod, cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { execa } from "execa";

import { folders } from "@hosterizer/cli/folders";
import { setUp } from "@hosterizer/cli/setUp/setUp";
import { linkModules } from "../linkModules";
import { linkTree } from "./linkTree";

/**
 * Makes the copy of the project that all others are copied from: the files that git tracks or would add, and the set-up.
 *
 * One copy at the start, so that an edit during the tests cannot give two of them different programs.
 */
export async function makeTemplate(directory: string): Promise<void> {
  await setUp();
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await execa("git", listing, { cwd: folders.project });
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    const source = join(folders.project, file);
    // Deleted, but the deletion is not committed yet.
    if (!existsSync(source)) continue;
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await cp(source, join(directory, file), { preserveTimestamps: true });
  }
  await chmod(directory, 0o755);
  await linkModules(join(folders.project, "node_modules"), join(directory, "node_modules"));
  await linkTree(folders.toolchain, join(directory, ".hosterizer", "toolchain"));
  await copyIfThere(
    join(folders.pulumiHome, "plugins"),
    join(directory, ".hosterizer", "pulumi-home", "plugins"),
  );
  await copyIfThere(join(folders.project, modules), join(directory, modules));
}

/** Passes the modules that a copy has compiled to all later copies, and to this project for later templates. */
export async function keepTranslations(template: string, copy: string): Promise<void> {
  for (const directory of [template, folders.project])
    await cp(join(copy, modules), join(directory, modules), { recursive: true });
}

const modules = join(".hosterizer", "modules");

async function copyIfThere(from: string, to: string): Promise<void> {
  if (existsSync(from)) await cp(from, to, { recursive: true });
}
