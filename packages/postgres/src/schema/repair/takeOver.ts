import { DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { nounOf } from "./commentStatement";
import type { SchemaFinding } from "../schemaFinding";
import type { SchemaObjectKind } from "../schemaObject";

/**
 * Gives to the owner what somebody made by hand and a pending migration makes official: the migration runs as the owner, and
 * could neither index nor comment what belongs to somebody else.
 *
 * A login that may not do so leaves it; then the migration says that it isn't the owner's.
 *
 * @param deployer The login that deploys. To change an owner evaluates nothing.
 */
export async function takeOver(
  deployer: Connection,
  owner: string,
  findings: readonly SchemaFinding[],
): Promise<void> {
  const made = findings.filter(
    ({ adopted, change }) => adopted && change.change === "added" && owned.has(change.kind),
  );
  if (made.length === 0) return;
  await withClient(deployer, "recorded schema", async (client) => {
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
  "operator",
  "enum",
  "domain",
  "type",
  "range type",
]);
