import type { TenantPair } from "./proofContexts";
import { readProbes, viewProbes } from "./readProbes";
import { idleProbes } from "./refusalProbes";
import { proveRefusals } from "./proveRefusals";
import type { TableProof } from "./proveTable";

/**
 * For roles that insert nothing: whether rows of two real tenants are seen, never what is in them. Changes are tried
 * over no row at all.
 *
 * @param pair Two tenants with rows in the table, if anybody knows them.
 */
export async function proveWithRealRows(
  proof: TableProof,
  pair: TenantPair | undefined,
): Promise<void> {
  const { table } = proof;
  // Ids of nobody: who sees nothing of them may still see somebody else's.
  const either = pair ?? { own: "1", other: "2" };
  if (!table.shape.privileges.SELECT || pair !== undefined || proof.isJudgedByCatalog) {
    for (const probe of [...readProbes(table, either), ...viewProbes(table, either)]) {
      await proof.tryEverywhere(probe, either);
    }
  } else {
    proof.skip(
      ["SELECT", "CURSOR", "PREPARED", "COPY TO", "VIEW"],
      "no rows of two tenants to prove with",
    );
  }
  for (const probe of idleProbes(table)) {
    if (proof.expected(probe.command, "own") === "refused" && !isPermitted(proof, probe.command)) {
      await proof.tryIn("own", probe, "refused", either);
    } else {
      proof.skip([probe.command], "it may, but may not insert rows of its own to prove with");
    }
  }
  await proveRefusals(proof, either);
}

function isPermitted({ table }: TableProof, command: string): boolean {
  const { privileges } = table.shape;
  if (command === "DELETE") return privileges.DELETE;
  return command === "INSERT" ? privileges.INSERT : privileges.UPDATE;
}
