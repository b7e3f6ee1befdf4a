import { type Client, DatabaseError } from "pg";

import { type Connection, withClient } from "../connection";
import { convergeWith } from "../converge";
import type { Audit } from "./audit";
import type { AuditArea } from "./auditAreas";
import { AuditError } from "./auditError";
import type { AuditFinding } from "./auditFinding";
import { readAudit } from "./readAudit";

/** One repair brings another into view, as a new owner its missing privileges; more often than this none does. */
const passes = 4;

/**
 * Puts right what the audit finds, as far as that is automatic: one transaction an object, each inspected again in its
 * transaction, so that a change which somebody makes meanwhile is met by the right repair or none.
 *
 * @throws AuditError if a repair fails, or has no effect; what was repaired before it stays.
 */
export async function repairAudit(connection: Connection, audit: Audit): Promise<void> {
  await withClient(connection, "access-audit", async (client) => {
    for (let pass = 1; ; pass++) {
      const found = await readAudit(client, audit);
      const waiting = found.filter(({ finding }) => isRepairable(finding));
      if (waiting.length === 0) return;
      if (pass > passes) throw new AuditError(waiting.map(({ finding }) => finding));
      for (const object of new Set(waiting.map(({ finding }) => finding.object))) {
        const its = waiting.filter(({ finding }) => finding.object === object);
        const areas = [...new Set(its.map(({ look }) => look))];
        await repairObject(client, connection.user, object, areas, audit);
      }
    }
  });
}

/** Without SQL the repair is another resource's. */
function isRepairable({ repair, sql }: AuditFinding): boolean {
  return repair === "automatic" && sql !== undefined;
}

async function repairObject(
  client: Client,
  login: string,
  object: string,
  areas: readonly AuditArea[],
  audit: Audit,
): Promise<void> {
  let planned: AuditFinding[] = [];
  try {
    await convergeWith(client, { owner: login }, async () => {
      planned = [];
      for (const look of areas) {
        const found = await look(client, audit);
        planned.push(...found.filter((its) => its.object === object && isRepairable(its)));
      }
      return planned;
    });
  } catch (error) {
    // Somebody has dropped or renamed it between the inspection and the repair: the next pass sees what is there now.
    if (error instanceof DatabaseError && gone.has(error.code ?? "")) return;
    throw new AuditError(planned, error);
  }
}

// undefined_table, undefined_function, undefined_object, undefined_column, invalid_schema_name
const gone = new Set(["42P01", "42883", "42704", "42703", "3F000"]);
