import { escapeIdentifier } from "pg";

import { catalogHash } from "@hosterizer/postgres/connection/catalogHash";
import { withClient } from "@hosterizer/postgres/connection/connection";
import { readLedger } from "@hosterizer/postgres/migrations/ledger";
import type { Program } from "../../program";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";

/**
 * A hash that is another one as soon as anybody has changed a stack's database: anything in its catalog, a role of its server,
 * or the migrations applied.
 */
export function stackHash(access: StackAccess, { migrator, owner }: Program): Promise<string> {
  return explainRefusal(access, connectionAs(migrator, access), (connection) =>
    withClient(connection, "promote", async (client) => {
      await client.query(`set role ${escapeIdentifier(owner)}`);
      const ledger = await readLedger(client);
      return catalogHash(
        client,
        ledger.map(({ name, appliedAt }) => `${name} ${appliedAt.toISOString()}`),
      );
    }),
  );
}
