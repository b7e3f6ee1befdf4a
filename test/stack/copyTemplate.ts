import { randomBytes } from "node:crypto";
import { chown, cp, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { execa } from "execa";

import { type Account, canReach } from "@hosterizer/postgres/server/embedded/paths";
import { folders } from "@hosterizer/cli/folders";
import { freePort } from "../../packages/postgres/test/integration/freePort";
import { linkTree } from "./linkTree";
import { moveSetUpRecord } from "./moveSetUpRecord";
import { Project } from "./project";

export interface ProjectOptions {
  /** The folder to create the project in. */
  within?: string;
  /** The user who owns it and runs its commands. */
  account?: Account;
  /** Whether an update that changes anything ends with the isolation proof, which takes longer than the update. Default: false. */
  proof?: boolean;
}

const toolchain = join(".hosterizer", "toolchain");

/** Copies a template, set up and ready to use. The caller removes the copy, even when its test fails. */
export async function copyTemplate(
  template: string,
  { within = dirname(template), account, proof = false }: ProjectOptions = {},
): Promise<Project> {
  const directory = join(within, `project-${randomBytes(4).toString("hex")}`);
  await cp(template, directory, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (source) => source !== join(template, toolchain),
  });
  const project = new Project(directory, await freePort(), account);
  await project.edit("Pulumi.local.yaml", ":port: 5433", `:port: ${project.port}`);
  if (!proof) await proveNothing(project);
  if (account !== undefined) await giveTo(account, directory);
  // A hard link shares its owner with the original, which must keep its own.
  await linkTree(join(template, toolchain), join(directory, toolchain));
  await moveSetUpRecord(directory);
  return project;
}

async function proveNothing(project: Project): Promise<void> {
  for (const file of ["Pulumi.local.yaml", "Pulumi.dev.yaml"]) {
    await project.write(file, `${await project.read(file)}  hosterizer-database:proof: false\n`);
  }
}

async function giveTo(account: Account, directory: string): Promise<void> {
  const { uid, gid } = account;
  await mkdir(join(directory, ".hosterizer", "home"), { recursive: true });
  await execa("chown", ["-hR", `${uid}:${gid}`, directory]);
  const packages = join(directory, "node_modules");
  if (canReach(account, join(folders.project, "node_modules"))) return;
  await rm(packages, { recursive: true });
  await linkTree(join(folders.project, "node_modules"), packages);
  await chown(packages, uid, gid);
}
