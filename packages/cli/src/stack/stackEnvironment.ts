import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname } from "node:path";
import { pathToFileURL } from "node:url";

import type * as describing from "@hosterizer/postgres/server/dockerEngine/engineAddress";
import type * as finding from "@hosterizer/postgres/server/dockerEngine/findEngine";
import { pluginOptions } from "@hosterizer/postgres/connection/sessionSettings";
import { environmentForStack } from "@hosterizer/postgres/npmCommand";
import { UserError } from "@hosterizer/postgres/userError";
import { folders, pulumiHome, usersPulumiHome, withoutOwnFolders } from "../folders";
import { readSetUp } from "../setUp/setUp";
import { sayOnce } from "../terminal";
import { readBackend } from "./backend";
import { writeConfiguration } from "./configuration";
import { readDockerSettings } from "./readInstanceSettings";

const load = createRequire(__filename);

/**
 * The environment in which `pulumi` works on a stack of this project: which program, which plugins, which state, which
 * secrets. Writes what Pulumi reads from the project's own folder, and never a tracked file.
 *
 * @throws UserError before the set-up; `setUp()` does it
 */
export function stackEnvironment(stack: string): NodeJS.ProcessEnv {
  const record = readSetUp();
  if (record === undefined) {
    throw new UserError("Pulumi is not set up yet.", "Run `npm run up`, or `npm test`.");
  }
  const backend = readBackend(stack);
  if (backend.remark !== undefined) sayOnce(backend.remark);
  const path = [dirname(record.pulumi.path), ...withoutOwnFolders(process.env["PATH"] ?? "")];
  const environment = {
    ...pulumiHome(record.ownHome),
    ...environmentForStack(stack),
    PATH: path.join(delimiter),
    // Otherwise Pulumi looks for a newer version of itself in each run.
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    // For the sessions of the official plugin, which has no other setting for it, and whose SQL does not qualify names.
    PGOPTIONS: [process.env["PGOPTIONS"] ?? "", pluginOptions].join(" ").trim(),
    ...(backend.kind === "project" ? projectState(stack) : usersLogin(record.ownHome)),
  };
  return { ...environment, ...engineForPlugin(stack, environment) };
}

function projectState(stack: string): NodeJS.ProcessEnv {
  mkdirSync(folders.state, { recursive: true, mode: 0o700 });
  // Without the metadata files beside each file, which a killed run can leave incomplete and unreadable.
  const url = `${pathToFileURL(folders.state).href}?metadata=skip`;
  return {
    PULUMI_BACKEND_URL: url,
    // Otherwise each update leaves a copy of the state for ever. Pulumi keeps the last one anyway.
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    ...passphrase(),
    // Pulumi takes each of its options from the environment as well: https://www.pulumi.com/docs/iac/cli/environment-variables/.
    PULUMI_OPTION_CONFIG_FILE: writeConfiguration(stack),
  };
}

/** The project's own PULUMI_HOME must not hide the login that `pulumi login` has stored in the user's. */
function usersLogin(ownHome: boolean): NodeJS.ProcessEnv {
  if (!ownHome || process.env["PULUMI_CREDENTIALS_PATH"] !== undefined) return {};
  const home = usersPulumiHome();
  return existsSync(home) ? { PULUMI_CREDENTIALS_PATH: home } : {};
}

/**
 * The variables that tell Pulumi how to encrypt the secrets of a stack in the project folder: the user's own, or a file with
 * 256 random bits that is created once and that only its owner may read.
 */
function passphrase(): NodeJS.ProcessEnv {
  const users = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (users.some((name) => process.env[name] !== undefined)) return {};
  if (!existsSync(folders.passphrase)) createPassphrase(folders.passphrase);
  return { PULUMI_CONFIG_PASSPHRASE_FILE: folders.passphrase };
}

// A link never replaces an existing file: of two runs at once, one creates the passphrase and both use it.
function createPassphrase(path: string): void {
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

const defaultSocket = "unix:///var/run/docker.sock";

/**
 * Leads the official docker plugin to the engine that this stack's commands talk to: it reads `DOCKER_HOST`, and no context
 * of Docker's client.
 *
 * @returns nothing for a stack without Docker, and where the plugin finds the engine by itself
 * @throws UserError if what the user has set leads nowhere
 */
export function engineForPlugin(stack: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if ((environment["DOCKER_HOST"] ?? "") !== "") return {};
  if (readDockerSettings(stack, environment) === undefined) return {};
  // Loaded late: stack local needs neither.
  const { findEngine } = load(
    "@hosterizer/postgres/server/dockerEngine/findEngine",
  ) as typeof finding;
  const { engineEnvironment } = load(
    "@hosterizer/postgres/server/dockerEngine/engineAddress",
  ) as typeof describing;
  const address = findEngine(environment);
  return address.url === defaultSocket ? {} : engineEnvironment(address);
}
