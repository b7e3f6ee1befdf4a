import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  deployConnection,
  grantOwnerMembership,
  lacksOwnerMembership,
  type OwnerMembership,
} from "@hosterizer/postgres/server/external/deployAccess";
import { type ExternalSettings, loadProgram } from "../program";

/** How the deploy role gets in by an environment that `externalEnvironment` has made. */
function deployLogin(settings: ExternalSettings, environment: NodeJS.ProcessEnv): Connection {
  const { PGHOST: host = "", PGPASSWORD: password = "" } = environment;
  return { ...deployConnection(settings), host, password };
}

function membershipOf({ deployRole, database }: ExternalSettings): OwnerMembership {
  return { deployRole, owner: loadProgram().owner, database };
}

/** Whether the deploy role cannot connect to the stack's database, because it is no member of its owner. */
export function deployRoleIsShutOut(
  settings: ExternalSettings,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  return lacksOwnerMembership(deployLogin(settings, environment), membershipOf(settings));
}

/** Makes the deploy role a member of the database's owner, as the update does later. */
export function letDeployRoleIn(
  settings: ExternalSettings,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  return grantOwnerMembership(deployLogin(settings, environment), membershipOf(settings));
}
