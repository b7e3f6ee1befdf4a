import { inspectOwnersIn } from "../../audit/owners";
import type { Connection } from "../../connection/connection";
import { converge } from "../../convergence/converge";

/** Whose everything in some schemas is to be. */
export interface Ownership {
  owner: string;
  schemas: readonly string[];
}

/**
 * Gives to the owner what belongs to others in these schemas, as far as the login may: the owner's own session can then repair
 * it. To change an owner evaluates nothing that somebody has defined.
 *
 * @param deployer The login that deploys: a superuser, or a member of the owner.
 * @returns whether there was anything to give
 */
export async function giveToOwner(
  deployer: Connection,
  { owner, schemas }: Ownership,
): Promise<boolean> {
  const as = { purpose: "recorded schema", owner: deployer.user };
  const steps = await converge(deployer, as, (client) =>
    inspectOwnersIn(client, { owner, roles: [], schemas }),
  );
  return steps.some(({ sql }) => sql !== undefined);
}
