import type { Client } from "pg";

import type { Connection } from "../connection";
import type { Finding } from "../drift/difference";
import { inSnapshot } from "../inSnapshot";
import { readLedger } from "../migrations/ledger";
import { numberOf } from "../migrations/numberOf";
import { withSession } from "../withSession";
import { inspectRowLevelSecurity } from "./inspectRowLevelSecurity";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/**
 * Where the live database has left the declaration. Changes nothing.
 *
 * @param version Number of the last migration that there is. While some are still to come, nobody knows what tables will
 *   lack after them, so that this is not judged.
 */
export async function readRowLevelSecurityDrift(
  connection: Connection,
  wanted: RowLevelSecurity,
  version: number,
): Promise<Finding[]> {
  return withSession(connection, (session) =>
    inSnapshot(session, wanted.owner, async (client) => {
      const { context, tables, undeclared, requirements } = await inspectRowLevelSecurity(
        client,
        wanted,
      );
      const isMigrated = (await readVersion(client)) >= version;
      return [
        ...context,
        ...tables.flatMap(({ findings }) => findings),
        ...undeclared,
        ...(isMigrated ? requirements : []),
      ];
    }),
  );
}

async function readVersion(client: Client): Promise<number> {
  return numberOf((await readLedger(client)).at(-1)?.name);
}
