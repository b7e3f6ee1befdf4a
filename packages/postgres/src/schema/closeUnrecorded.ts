import { escapeIdentifier } from "pg";

import { withClient } from "../connection/connection";
import { convergeWith } from "../convergence/converge";
import { readSql } from "../sql/readSql";
import { type Repairer, repairSchema } from "./repair/repairSchema";
import type { SchemaFinding } from "./schemaFindings";

/**
 * Closes what gives others rights that the record doesn't: SECURITY DEFINER functions that are not as recorded, and tables and
 * views that were added or renamed by hand.
 *
 * For an update that is refused, and leaves everything else as it is.
 *
 * @param backupRoles Roles that read every row for dumps.
 * @returns the findings about what was closed.
 */
export async function closeUnrecorded(
  repairer: Repairer,
  findings: readonly SchemaFinding[],
  backupRoles: readonly string[],
): Promise<SchemaFinding[]> {
  return [
    ...(await closeDefiners(repairer, findings)),
    ...(await closeRelations(repairer, findings, backupRoles)),
  ];
}

/**
 * Closes SECURITY DEFINER functions that are not as recorded: they run what someone put there by hand with the owner's rights.
 *
 * An altered one is restored. EXECUTE on an added one is revoked from everyone but its owner; the function stays, because the
 * objects that refuse the update may depend on it. If it belongs to another role, which alone can revoke, it is dropped.
 */
async function closeDefiners(
  repairer: Repairer,
  findings: readonly SchemaFinding[],
): Promise<SchemaFinding[]> {
  const closed: SchemaFinding[] = [];
  for (const finding of findings.filter(isOpenDefiner)) {
    const { change, repairs } = finding;
    const isRevoked = change.change === "added" && (await revokeExecute(repairer, change.identity));
    if (!isRevoked) await repairSchema(repairer, repairs);
    closed.push(finding);
  }
  return closed;
}

function isOpenDefiner({ change, repairs, facts }: SchemaFinding): boolean {
  const { kind, actual } = change;
  const definition = actual?.facts["definition"] ?? "";
  const isAltered = change.change === "altered" && facts.includes("definition");
  return (
    (kind === "function" || kind === "procedure") &&
    repairs.length > 0 &&
    (change.change === "added" || isAltered) &&
    /^ .*\bSECURITY DEFINER\b/m.test(definition)
  );
}

interface Executors {
  /** Whether the session may revoke. */
  revocable: boolean;
  /** Null: PUBLIC. */
  roles: (string | null)[];
}

/** @returns false if only another role could revoke. */
async function revokeExecute({ connection, owner }: Repairer, routine: string): Promise<boolean> {
  return withClient(connection, purpose, async (client) => {
    let isRevocable = false;
    await convergeWith(client, { owner }, async () => {
      const { rows } = await client.query<Executors>(readSql(__dirname, "closeDefiners"), [
        routine,
      ]);
      const { revocable = false, roles = [] } = rows[0] ?? {};
      isRevocable = revocable;
      if (!revocable) return [];
      return roles.map((role) => ({
        sql: `revoke execute on routine ${routine} from ${granteeOf(role)} cascade`,
      }));
    });
    return isRevocable;
  });
}

/**
 * Revokes every privilege on tables and views that were added or renamed by hand, except from their owner and from roles that
 * dump. No policy is declared for them, so no other role may use them until someone has decided about them.
 *
 * @returns the findings whose relation had privileges to revoke.
 */
async function closeRelations(
  { connection, owner }: Repairer,
  findings: readonly SchemaFinding[],
  backupRoles: readonly string[],
): Promise<SchemaFinding[]> {
  const added = findings.filter(
    ({ change }) => change.change === "added" && relationKinds.has(change.kind),
  );
  if (added.length === 0) return [];
  return withClient(connection, purpose, async (client) => {
    const closed: SchemaFinding[] = [];
    for (const finding of added) {
      const name = finding.change.identity;
      const revoked = await convergeWith(client, { owner }, async () => {
        const { rows } = await client.query<{ role: string | null }>(
          readSql(__dirname, "closeRelations"),
          [name, backupRoles],
        );
        return rows.map(({ role }) => ({
          sql: `revoke all on table ${name} from ${granteeOf(role)} cascade`,
        }));
      });
      if (revoked.length > 0) closed.push(finding);
    }
    return closed;
  });
}

const relationKinds: ReadonlySet<string> = new Set([
  "table",
  "foreign table",
  "view",
  "materialized view",
]);

function granteeOf(role: string | null): string {
  return role === null ? "public" : escapeIdentifier(role);
}

const purpose = "recorded schema";
