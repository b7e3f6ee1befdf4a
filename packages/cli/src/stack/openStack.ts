import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../folders";
import { askPulumi } from "../runProgram";
import { ensureSquawk } from "../setUp/ensureSquawk";
import { setUp } from "../setUp/setUp";
import { withSetUpLock } from "../setUp/setUpLock.mjs";
import { readBackend } from "./backend";
import { encryption } from "./configuration";
import { healLocks } from "./locks";
import { stackEnvironment } from "./stackEnvironment";
import { configurationName, stackFiles } from "./stackFiles";

/**
 * Sets up what is missing and creates the stack if it does not exist.
 *
 * @returns the environment for `pulumi`
 */
export async function openStack(stack: string): Promise<NodeJS.ProcessEnv> {
  refuseUnknown(stack);
  await setUp();
  await ensureSquawk();
  if (readBackend(stack).kind === "project" && isComplete(stack)) return stackEnvironment(stack);
  // Of two first commands at once, one creates the stack, and both use the same salt.
  return withSetUpLock(join(folders.own, "set-up.lock"), () => initialize(stack));
}

/** Whether a stack in the project folder has all that `stack init` writes: first the state, then the salt. */
function isComplete(stack: string): boolean {
  const { state, merged } = stackFiles(stack);
  if (!existsSync(state) || !existsSync(merged)) return false;
  const configuration = readFileSync(merged, "utf8");
  return encryption.some((key) => configuration.includes(`${key}:`));
}

async function initialize(stack: string): Promise<NodeJS.ProcessEnv> {
  const environment = stackEnvironment(stack);
  if (environment["PULUMI_OPTION_CONFIG_FILE"] === undefined) {
    await askPulumi(["stack", "select", "--create", stack], environment);
  } else if (!existsSync(stackFiles(stack).state)) {
    // The first command of a stack may have been killed before the stack existed.
    await healLocks(stack);
    // `stack init` takes no --config-file: it writes the salt where it runs.
    await askPulumi(["stack", "init", stack, "--cwd", folders.config], environment);
  }
  return environment;
}

/** A misspelt name would create a new database. */
function refuseUnknown(stack: string): void {
  const { tracked, merged, state } = stackFiles(stack);
  if (/^([\w.-]+\/){0,2}[\w.-]+$/.test(stack) && [tracked, merged, state].some(existsSync)) return;
  const known = readdirSync(folders.project)
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  throw new UserError(
    `There is no stack "${stack}": ${configurationName(stack)} does not exist.`,
    `Name one of ${known.join(", ")}, or write that file.`,
  );
}
