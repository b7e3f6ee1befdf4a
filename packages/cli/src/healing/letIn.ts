import { createRequire } from "node:module";

import type * as deploying from "../externalStack/deployLogin";
import { readExternalSettings } from "../externalStack/readExternalSettings";
import { readResources } from "../readResources";
import { say } from "../say";

const load = createRequire(__filename);

/**
 * Sees to it that an update of a stack on an existing server can look at its database, where the deploy role is another one since
 * the last update, or has lost its membership in the owner.
 */
export async function letIn(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const external = readExternalSettings(stack, environment);
  // What is wrong with the settings is said already.
  if (external === undefined || "faults" in external) return;
  const { settings } = external;
  // Other stacks are spared what talks to a server.
  const { deployRoleIsShutOut, letDeployRoleIn } = load(
    "../externalStack/deployLogin",
  ) as typeof deploying;
  if (!(await deployRoleIsShutOut(settings, environment))) return;
  const resources = await readResources(stack, environment);
  const isOurs = resources.some(
    ({ type, id }) => type === "postgresql:index/database:Database" && id === settings.database,
  );
  // Of others the preflight says what is to be done.
  if (!isOurs) return;
  await letDeployRoleIn(settings, environment);
  say(`${settings.deployRole} is a member of the owner of the database ${settings.database} now.`);
}
