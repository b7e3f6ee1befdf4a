import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  addressChanged,
  type DeployAddress,
  deployConnection,
  grantOwnerMembership,
  lacksOwnerMembership,
  type OwnerMembership,
} from "@hosterizer/postgres/server/external/deployAccess";
import {
  ExternalServerFault,
  findWritableHost,
} from "@hosterizer/postgres/server/external/findWritableHost";
import { UserError } from "@hosterizer/postgres/userError";
import { type ExternalSettings, loadProgram } from "../program";
import { readResources } from "../stack/state";

/**
 * The host of an existing server that accepts writes and lets the deploy role log in with this password.
 *
 * @param key the name of a key of the configuration as the user writes it
 * @throws UserError if there is no such host
 */
export async function reachWritableHost(
  address: DeployAddress,
  password: string | undefined,
  key: (name: string) => string,
): Promise<string> {
  const login = password === undefined ? {} : { password };
  try {
    return await findWritableHost({ ...deployConnection(address), ...login }, key);
  } catch (error) {
    if (!(error instanceof ExternalServerFault)) throw error;
    throw new UserError(error.fault, error.remedy, { cause: error });
  }
}

/** Whether the settings lead to another server than the state of the stack. */
export async function connectionChanged(
  stack: string,
  address: DeployAddress,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const resources = await readResources(stack, environment);
  return resources.some(
    ({ type, inputs = {} }) =>
      type === "pulumi:providers:postgresql" && addressChanged(inputs, address),
  );
}

/** Whether the deploy role cannot connect to the stack's database because it is not a member of its owner. */
export function deployRoleLacksAccess(
  settings: ExternalSettings,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  return lacksOwnerMembership(deployLogin(settings, environment), membershipOf(settings));
}

/** Makes the deploy role a member of the database's owner, as the update does later. */
export function grantOwnerToDeployRole(
  settings: ExternalSettings,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  return grantOwnerMembership(deployLogin(settings, environment), membershipOf(settings));
}

/** How the deploy role logs in, in an environment that `externalEnvironment` has made. */
function deployLogin(settings: ExternalSettings, environment: NodeJS.ProcessEnv): Connection {
  const { PGHOST: host = "", PGPASSWORD: password = "" } = environment;
  return { ...deployConnection(settings), host, password };
}

function membershipOf({ deployRole, database }: ExternalSettings): OwnerMembership {
  return { deployRole, owner: loadProgram().owner, database };
}
