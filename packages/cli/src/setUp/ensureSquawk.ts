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
import { runQuietly } from "../runProgram";
import { say } from "../terminal";

/**
 * Installs squawk if there are migrations to judge. Where that fails, for example without a network, only this project's own
 * rules judge them, and a message says so.
 *
 * squawk is not a dependency of this project: its platform packages do not belong in every install.
 */
export async function ensureSquawk(): Promise<void> {
  const { project } = folders;
  if (squawkIn(project) !== undefined || !hasUnreleased(join(project, "migrations"))) return;
  const fault = await installSquawk(project);
  if (fault === undefined) return;
  say(`squawk ${squawkVersion} could not be installed: migrations are judged without it. ${fault}`);
}

/**
 * Installs it into a project folder. Never throws.
 *
 * @returns why it could not be installed
 */
export async function installSquawk(project: string): Promise<string | undefined> {
  const prefix = join(project, squawkFolder);
  await mkdir(prefix, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--fetch-retries=0"];
  // Under `npm run -s` npm would not even print errors.
  const options = [...quiet, "--loglevel=error"];
  const args = ["install", "--prefix", prefix, ...options, `squawk-cli@${squawkVersion}`];
  const { code, stderr } = await runQuietly("npm", args, { cwd: prefix });
  if (code === 0 && squawkIn(project) !== undefined) return undefined;
  const [reason = "npm did not install the program"] = stderr
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
