import { escapeIdentifier } from "pg";

import { withClient } from "../../connection/connection";
import { convergeWith } from "../../convergence/converge";
import type { SchemaFinding } from "../schemaFinding";
import { type Repairer, repairSchema } from "./repairSchema";

const routines: readonly string[] = ["function", "procedure"];

/**
 * Shuts SECURITY DEFINER functions that are not as recorded, which do with the owner's rights what somebody put there by hand.
 *
 * One that was altered is restored. One that was added is taken from everyone who may execute it, and stays otherwise: what
 * refuses the update may depend on it. Where it belongs to another role, which alone can revoke, it is dropped.
 *
 * @returns what was shut.
 */
export async function closeDefiners(
  repairer: Repairer,
  findings: readonly SchemaFinding[],
): Promise<SchemaFinding[]> {
  const closed: SchemaFinding[] = [];
  for (const finding of findings.filter(isOpen)) {
    const { change, repairs } = finding;
    const isRevoked = change.change === "added" && (await revoke(repairer, change.identity));
    if (!isRevoked) await repairSchema(repairer, repairs);
    closed.push(finding);
  }
  return closed;
}

function isOpen({ change, repairs, facts }: SchemaFinding): boolean {
  const { kind, actual } = change;
  const definition = actual?.facts["definition"] ?? "";
  const isAltered = change.change === "altered" && facts.includes("definition");
  return (
    routines.includes(kind) &&
    repairs.length > 0 &&
    (change.change === "added" || isAltered) &&
    /^ .*\bSECURITY DEFINER\b/m.test(definition)
  );
}

interface Executors {
  /** Whether the session may revoke. */
  ours: boolean;
  /** Null: PUBLIC. */
  roles: (string | null)[];
}

/** @returns false where only another role could. */
async function revoke({ connection, owner }: Repairer, routine: string): Promise<boolean> {
  return withClient(connection, "recorded schema", async (client) => {
    let isOurs = false;
    await convergeWith(client, { owner }, async () => {
      const { rows } = await client.query<Executors>(executors, [routine]);
      const { ours = false, roles = [] } = rows[0] ?? {};
      isOurs = ours;
      if (!ours) return [];
      return roles.map((role) => {
        const grantee = role === null ? "public" : escapeIdentifier(role);
        return { sql: `revoke execute on routine ${routine} from ${grantee} cascade` };
      });
    });
    return isOurs;
  });
}

const executors = `
  select pg_catalog.pg_has_role(p.proowner, 'usage') as ours,
         array(
           select distinct r.rolname::text
             from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as e
             left join pg_catalog.pg_roles as r on r.oid = e.grantee
            where e.grantee <> p.proowner
         ) as roles
    from pg_catalog.pg_proc as p
   where p.oid = $1::pg_catalog.regprocedure`;
