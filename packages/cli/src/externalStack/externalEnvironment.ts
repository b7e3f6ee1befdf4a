import { createRequire } from "node:module";

import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { pins } from "../pins";
import type { ExternalSettings } from "../program";
import { askPulumi, runQuietly } from "../runProgram";
import { readExternalSettings } from "../stack/readInstanceSettings";
import { configurationName } from "../stack/stackFiles";
import { readResources } from "../stack/state";
import { say } from "../terminal";
import type * as deploying from "./deployRole";

const load = createRequire(__filename);

/**
 * The environment for `pulumi` on a stack whose server exists already: the host that accepts writes and the deploy role's
 * password, both as they are now. If the state leads to another server, the refresh uses the settings instead. For other
 * stacks the environment stays as it is.
 *
 * @throws DeclarationErrors for faults in the settings; UserError if the password cannot be read, or no server lets the
 *   deploy role in. It says so once here, where Pulumi's refresh would for each resource.
 */
export async function externalEnvironment(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const external = readExternalSettings(stack, environment);
  if (external === undefined) return environment;
  if ("faults" in external) throw new DeclarationErrors(external.faults);
  const { settings, inPlainText } = external;
  const place = (key: string) => `${pins.project}:${key} in ${configurationName(stack)}`;
  if (inPlainText.has("deployPassword")) {
    throw new UserError(
      `${place("deployPassword")}: the password is in plain text.`,
      `Change it on the server, then: pulumi config set --stack ${stack} --secret ${pins.project}:deployPassword`,
    );
  }
  const password = await deployPassword(stack, settings, environment);
  const { connectionChanged, deployRoleLacksAccess, reachWritableHost } = deployRole();
  const host = await reachWritableHost(settings, password, place);
  // An empty password, so that one in the environment, which may be another role's, is not tried.
  const login = { ...environment, PGHOST: host, PGPASSWORD: password ?? "" };
  const changed = await connectionChanged(stack, settings, environment);
  if (changed) {
    say(
      `The connection settings of stack ${stack} have changed since its last update: the program runs before the refresh.`,
    );
  }
  // Like the option --run-program: the refresh would use the provider's inputs in the state, or fail for each resource.
  const programFirst = changed || (await deployRoleLacksAccess(settings, login));
  return programFirst ? { ...login, PULUMI_RUN_PROGRAM: "true" } : login;
}

/**
 * Lets an update of a stack on an existing server look at its database, if the deploy role has changed since the last update
 * or has lost its membership in the owner.
 */
export async function restoreMembership(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const external = readExternalSettings(stack, environment);
  // `externalEnvironment` has reported faults in the settings.
  if (external === undefined || "faults" in external) return;
  const { settings } = external;
  const { deployRoleLacksAccess, grantOwnerToDeployRole } = deployRole();
  if (!(await deployRoleLacksAccess(settings, environment))) return;
  const resources = await readResources(stack, environment);
  const isOurs = resources.some(
    ({ type, id }) => type === "postgresql:index/database:Database" && id === settings.database,
  );
  // For a database that is not in the state, the preflight says what to do.
  if (!isOurs) return;
  await grantOwnerToDeployRole(settings, environment);
  say(`${settings.deployRole} is now a member of the owner of the database ${settings.database}.`);
}

/** Loaded late: only stacks on an existing server need the code that talks to one. */
function deployRole(): typeof deploying {
  return load("./deployRole") as typeof deploying;
}

const defaultVariable = "HOSTERIZER_DEPLOY_PASSWORD";
/** Milliseconds for a command that prints the password; it may ask a remote service. */
const commandTimeout = 30_000;

/**
 * The deploy role's current password. A command that prints a token with a lifetime of minutes runs each time.
 *
 * @returns undefined if there is no password, as with a client certificate
 * @throws UserError if it cannot be read; what a command printed on its standard output is never shown
 */
export async function deployPassword(
  stack: string,
  settings: ExternalSettings,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { deployPassword, deployPasswordVariable, deployPasswordCommand } = settings;
  if (deployPassword !== undefined) {
    const key = `${pins.project}:deployPassword`;
    return (await askPulumi(["config", "get", key, "--stack", stack], environment)).trim();
  }
  if (deployPasswordCommand !== undefined) return printedBy(stack, deployPasswordCommand);
  const password = process.env[deployPasswordVariable ?? defaultVariable] ?? "";
  if (password !== "") return password;
  if (deployPasswordVariable === undefined) return undefined;
  throw new UserError(
    `The environment variable ${deployPasswordVariable} is not set, and ${pins.project}:deployPasswordVariable in ${configurationName(stack)} names it.`,
    `Set it to the password of ${settings.deployRole}.`,
  );
}

async function printedBy(stack: string, command: string): Promise<string> {
  const place = `${pins.project}:deployPasswordCommand in ${configurationName(stack)}`;
  const { code, stdout, stderr } = await runQuietly("/bin/sh", ["-c", command], {
    timeout: commandTimeout,
  });
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  const [token] = lines;
  if (code === 0 && token !== undefined && lines.length === 1) return token.trim();
  const outcome =
    code === 0
      ? `printed ${lines.length} lines, and must print only the password`
      : code === -1
        ? `did not end within ${commandTimeout / 1000} seconds`
        : `ended with exit code ${code}`;
  const messages = stderr.trim() === "" ? "" : `\n${stderr.trim()}`;
  throw new UserError(`${place}: the command ${outcome}.${messages}`, `Run it by hand: ${command}`);
}
