import type { Connection } from "../../connection/connection";
import { converge } from "../../convergence/converge";
import { inSnapshot } from "../../connection/inSnapshot";
import { withSession } from "../../connection/withSession";
import type { Finding } from "../../convergence/difference";
import { planSigningKeys } from "./planSigningKeys";
import { readSigningKeys } from "./readSigningKeys";
import { type SigningKeys, signingKeysTable } from "./signingKeys";

/** Where the keys in the live database are not the declared ones. Changes nothing. */
export function readSigningKeyDrift(
  connection: Connection,
  wanted: SigningKeys,
): Promise<Finding[]> {
  return withSession(connection, (session) =>
    inSnapshot(session, wanted.owner, async (client) =>
      planSigningKeys(await readSigningKeys(client), wanted),
    ),
  );
}

/** Makes them the declared ones, in one transaction. */
export async function applySigningKeys(connection: Connection, wanted: SigningKeys): Promise<void> {
  await converge(connection, { purpose: "signing-keys", owner: wanted.owner }, async (client) => {
    const findings = planSigningKeys(await readSigningKeys(client), wanted);
    return findings.length === 0 ? [] : [...findings, analyze];
  });
}

/**
 * The planner takes a table that it knows nothing of for one of hundreds of rows, and uses the index, each time somebody is
 * asked for; autovacuum takes no notice of so small a table.
 */
const analyze = { sql: `analyze ${signingKeysTable}` };

/** Removes them with their table, once nothing asks for them any more. */
export async function removeSigningKeys(connection: Connection, owner: string): Promise<void> {
  await converge(connection, { purpose: "signing-keys", owner }, () =>
    Promise.resolve([{ sql: `drop table if exists ${signingKeysTable}` }]),
  );
}
