import { escapeIdentifier } from "pg";

import { askOwner } from "../../connection/askOwner";
import type { Connection } from "../../connection/connection";
import type { Difference } from "../../convergence/difference";
import { tableExists } from "../../migrations/ledger";
import { withSession } from "../../connection/withSession";

/** What somebody has accepted. */
export interface AcceptedDrift {
  acceptedAt: Date;
  /** Who was logged in to the machine. */
  systemUser: string;
  /** As which role. */
  login: string;
  reason: string;
  differences: Pick<Difference, "kind" | "object" | "expected" | "actual">[];
}

/** Everything that was ever accepted, the latest first. */
export async function readAcceptedDrift(
  connection: Connection,
  owner: string,
): Promise<AcceptedDrift[]> {
  return withSession(connection, async (client) => {
    await client.query(`begin read only; set local role ${escapeIdentifier(owner)}`);
    try {
      if (!(await tableExists(client, "hosterizer.accepted_drift"))) return [];
      const { rows } = await askOwner<AcceptedDrift>(
        client,
        `select accepted_at as "acceptedAt",
                system_user_name as "systemUser",
                login,
                reason,
                differences
           from hosterizer.accepted_drift
          order by id desc`,
      );
      return rows;
    } finally {
      await client.query("rollback").catch(() => undefined);
    }
  });
}
