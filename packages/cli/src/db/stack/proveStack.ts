import type { IsolationProof } from "@hosterizer/postgres/isolation/isolationProof";
import { proveIsolation } from "@hosterizer/postgres/isolation/proveIsolation";
import { strangersAmong } from "@hosterizer/postgres/isolation/strangersAmong";
import type { Program } from "../../program";
import { signer } from "hosterizer-database-client/signContext";
import { connectionAs } from "./connectionAs";
import { explainRefusal } from "./explainRefusal";
import { migrationTarget } from "./migrationTarget";
import type { StackAccess } from "./stackAccess";

/**
 * Proves of a stack's database, as the roles that log in there, that no tenant sees another's rows.
 *
 * @throws CommandError if the server can't be reached
 */
export async function proveStack(
  access: StackAccess,
  { migrator, roles, tenancyUpTo }: Program,
): Promise<IsolationProof> {
  const tenancy = await tenancyUpTo(migrationTarget(access.stack) ?? undefined);
  const [first = ""] = tenancy.tenantRoles;
  return explainRefusal(access, connectionAs(first, access), () =>
    proveIsolation({
      tenancy,
      strangers: strangersAmong(roles, migrator),
      connect: (role) => connectionAs(role, access),
      sign: tenancy.context === "signed" ? signer(access.contextKey) : undefined,
    }),
  );
}
