import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { numberOf } from "@hosterizer/postgres/migrations/migration";
import {
  squawkFolder,
  squawkIn,
  squawkVersion,
} from "@hosterizer/postgres/migrations/safety/squawk";
import { folders } from "../folders";
import { loadProgram } from "../program";
import { runQuietly } from "../pulumi/runQuietly";
import { say } from "../say";

/**
 * Sees to it that squawk is there when a migration is to be judged. Without it, as without a network, migrations are judged by
 * this project's own rules alone, which is said.
 *
 * It is no dependency of this project's: its platform packages do not belong into everybody's install.
 */
export async function ensureSquawk(): Promise<void> {
  const { project } = folders;
  if (squawkIn(project) !== undefined || !hasUnreleased(join(project, "migrations"))) return;
  const fault = await installSquawk(project);
  if (fault === undefined) return;
  say(`squawk ${squawkVersion} cannot be had: migrations are judged without it. ${fault}`);
}

/**
 * Installs it into a project folder. Never throws.
 *
 * @returns why it can't be had
 */
export async function installSquawk(project: string): Promise<string | undefined> {
  const prefix = join(project, squawkFolder);
  await mkdir(prefix, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--fetch-retries=0"];
  // Within `npm run -s` it would be silent about its errors, too.
  const told = [...quiet, "--loglevel=error"];
  const args = ["install", "--prefix", prefix, ...told, `squawk-cli@${squawkVersion}`];
  const { code, stderr } = await runQuietly("npm", args, { cwd: prefix });
  if (code === 0 && squawkIn(project) !== undefined) return undefined;
  const [reason = "npm has installed no program"] = stderr
    .split("\n")
    .filter((line) => line !== "");
  return reason;
}

function hasUnreleased(folder: string): boolean {
  const { releasedVersion } = loadProgram();
  try {
    return readdirSync(folder).some((file) => numberOf(file) > releasedVersion);
  } catch {
    return false;
  }
}
