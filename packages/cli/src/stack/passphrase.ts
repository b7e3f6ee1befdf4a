import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";

import { folders } from "../folders";

/**
 * The variables that tell Pulumi how to encrypt the secrets of a stack in the project folder: the user's own, or a file
 * with 256 random bits that is made once and that only its owner may read.
 */
export function passphrase(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const users = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (users.some((name) => environment[name] !== undefined)) return {};
  if (!existsSync(folders.passphrase)) create(folders.passphrase);
  return { PULUMI_CONFIG_PASSPHRASE_FILE: folders.passphrase };
}

// A link never replaces what is there: of two runs at once, one makes the passphrase and both use it.
function create(path: string): void {
  mkdirSync(folders.own, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(unfinished);
  }
}
