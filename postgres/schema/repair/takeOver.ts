import { DatabaseError, escapeIdentifier } from "pg";

import { withClient } from "../../connection";
import { nounOf } from "./commentStatement";
import type { Repairer } from "./repairSchema";
import type { SchemaFinding } from "../schemaFinding";
import type { SchemaObjectKind } from "../schemaObject";

/**
 * Gives to the owner what somebody made by hand and a pending migration makes official: the migration runs as the owner, and
 * could neither index nor comment what belongs to somebody else.
 *
 * A login that may not do so leaves it; then the migration says that it isn't the owner's.
 */
export async function takeOver(
  { connection, owner }: Repairer,
  findings: readonly SchemaFinding[],
): Promise<void> {
  const made = findings.filter(
    ({ adopted, change }) => adopted && change.change === "added" && owned.has(change.kind),
  );
  if (made.length === 0) return;
  await withClient(connection, "recorded schema", async (client) => {
    for (const { change } of made) {
      const object = `${nounOf(change.kind)} ${change.identity}`;
      try {
        await client.query("set lock_timeout = '5s'");
        await client.query(`alter ${object} owner to ${escapeIdentifier(owner)}`);
      } catch (error) {
        const isRefused = error instanceof DatabaseError && error.code === "42501";
        if (!isRefused) throw error;
      }
    }
  });
}

// What has an owner of its own; the others are their table's.
const owned: ReadonlySet<SchemaObjectKind> = new Set([
  "schema",
  "table",
  "foreign table",
  "sequence",
  "view",
  "materialized view",
  "function",
  "procedure",
  "aggregate",
  "enum",
  "domain",
  "type",
  "range type",
]);
