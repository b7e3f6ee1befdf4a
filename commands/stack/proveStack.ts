import { migrator, roles } from "../../database/roles";
import type { IsolationProof } from "../../postgres/isolationProof/isolationProof";
import { proveIsolation } from "../../postgres/isolationProof/proveIsolation";
import { tenancyUpTo } from "../../preflight";
import { connectionAs } from "./connectionAs";
import { explainRefusal } from "./explainRefusal";
import { migrationTarget } from "./migrationTarget";
import type { StackAccess } from "./stackAccess";

/**
 * Proves of a stack's database, as the roles that log in there, that no tenant sees another's rows.
 *
 * @throws CommandError if the server can't be reached
 */
export async function proveStack(access: StackAccess): Promise<IsolationProof> {
  const tenancy = await tenancyUpTo(migrationTarget(access.stack) ?? undefined);
  const [first = ""] = tenancy.tenantRoles;
  return explainRefusal(access, connectionAs(first, access), () =>
    proveIsolation({
      tenancy,
      strangers: strangers(),
      connect: (role) => connectionAs(role, access),
    }),
  );
}

/** Who logs in with a password and is neither a tenant's role nor the migrator, which is the owner when it wants to be. */
function strangers(): string[] {
  return roles
    .filter(({ name, login, authenticates }) => login && !authenticates && name !== migrator)
    .map(({ name }) => name);
}
