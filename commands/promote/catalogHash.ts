import { createHash } from "node:crypto";

import { escapeIdentifier } from "pg";

import { migrator, owner } from "../../database/roles";
import { withClient } from "../../postgres/connection";
import { readStamp } from "../../postgres/inSnapshot";
import { readLedger } from "../../postgres/migrations/ledger";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";

/**
 * A hash that is another one as soon as anybody has changed a stack's database: anything in its catalog, a role of its server,
 * or the migrations applied. Rows do not count, and passwords cannot be seen.
 */
export function catalogHash(access: StackAccess): Promise<string> {
  return explainRefusal(access, connectionAs(migrator, access), (connection) =>
    withClient(connection, "promote", async (client) => {
      const parts = [await readStamp(client)];
      const roles = await client.query<{ role: string }>(
        "select roles::pg_catalog.text as role from pg_catalog.pg_roles as roles order by oid",
      );
      parts.push(...roles.rows.map(({ role }) => role));
      await client.query(`set role ${escapeIdentifier(owner)}`);
      for (const { name, appliedAt } of await readLedger(client)) {
        parts.push(`${name} ${appliedAt.toISOString()}`);
      }
      return createHash("sha256").update(parts.join("\n")).digest("hex");
    }),
  );
}
