import type { Connection } from "../connection/connection";
import type { Finding } from "../convergence/difference";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import { inspectRowLevelSecurity } from "./inspectRowLevelSecurity";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/**
 * Where the live database has left the declaration. Changes nothing.
 *
 * @param version Number of the last migration that there is; Infinity where that is not known yet.
 */
export async function readRowLevelSecurityDrift(
  connection: Connection,
  wanted: RowLevelSecurity,
  version: number,
): Promise<Finding[]> {
  const { context, tables, refused } = await withSession(connection, (session) =>
    inSnapshot(session, wanted.owner, (client) => inspectRowLevelSecurity(client, wanted, version)),
  );
  return [...context, ...tables.flatMap(({ findings }) => findings), ...refused];
}
