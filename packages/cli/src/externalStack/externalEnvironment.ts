import { createRequire } from "node:module";

import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { CommandError } from "../commandError";
import { pins } from "../pins";
import { say } from "../say";
import type * as comparing from "./connectionChanged";
import type * as deploying from "./deployLogin";
import type * as reaching from "./reachWritableHost";
import { deployPassword } from "./deployPassword";
import { readExternalSettings } from "./readExternalSettings";

const load = createRequire(__filename);

/**
 * The environment for `pulumi` on a stack whose server exists already: the host that takes writes and the deploy role's
 * password, as they are now; and where the state leads to another server, a refresh that goes by the settings instead. For other
 * stacks it is as it was.
 *
 * @throws DeclarationErrors for faults in the settings; CommandError if the password can't be had, or no server lets the deploy
 *   role in. Said here once, and not by Pulumi's refresh for each resource.
 */
export async function externalEnvironment(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const external = readExternalSettings(stack, environment);
  if (external === undefined) return environment;
  if ("faults" in external) throw new DeclarationErrors(external.faults);
  const { settings, inPlainText } = external;
  const place = (key: string) => `${pins.project}:${key} in Pulumi.${stack}.yaml`;
  if (inPlainText.has("deployPassword")) {
    throw new CommandError(
      `${place("deployPassword")}: the password is in plain text.`,
      `Change it on the server, then: pulumi config set --stack ${stack} --secret ${pins.project}:deployPassword`,
    );
  }
  const password = await deployPassword(stack, settings, environment);
  // Other stacks are spared what talks to a server.
  const { reachWritableHost } = load("./reachWritableHost") as typeof reaching;
  const host = await reachWritableHost(settings, password, place);
  // An empty password, so that somebody else's that is in the environment is not tried.
  const login = { ...environment, PGHOST: host, PGPASSWORD: password ?? "" };
  const { connectionChanged } = load("./connectionChanged") as typeof comparing;
  const { deployRoleIsShutOut } = load("./deployLogin") as typeof deploying;
  const changed = await connectionChanged(stack, settings, environment);
  if (changed) {
    say(
      `The connection settings of stack ${stack} have changed since its last update: the program runs before the refresh.`,
    );
  }
  // As the option --run-program: the refresh would use the provider's inputs in the state, or fail for each resource alone.
  const programFirst = changed || (await deployRoleIsShutOut(settings, login));
  return programFirst ? { ...login, PULUMI_RUN_PROGRAM: "true" } : login;
}
