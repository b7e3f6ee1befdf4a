import { type Client, DatabaseError } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { convergeWith } from "../convergence/converge";
import type { Audit } from "./audit";
import { type AuditArea, auditAreas } from "./auditAreas";
import { AuditError } from "./auditError";
import type { AuditFinding } from "./auditFinding";
import { readAudit } from "./readAudit";

/** One repair brings another into view, as a new owner its missing privileges; more often than this none does. */
const passes = 4;

/** What was repaired, in order, and what a repair of one object each has failed with. */
export interface AuditRepair {
  repaired: AuditFinding[];
  failures: unknown[];
}

/**
 * Puts right what the audit finds, as far as that is automatic.
 *
 * @throws AuditError if a repair fails, or has no effect. All others are made by then: one hole is no reason to leave
 *   another open.
 */
export async function repairAudit(connection: Connection, audit: Audit): Promise<void> {
  const { failures } = await repairAreas(connection, audit, auditAreas, () => true);
  for (const failure of failures) throw failure;
}

/**
 * The same in some areas, and of what is meant alone: one transaction an object, each inspected again in its transaction, so
 * that a change which somebody makes meanwhile is met by the right repair or none.
 *
 * A repair that fails keeps no other from being made.
 */
export async function repairAreas(
  connection: Connection,
  audit: Audit,
  areas: readonly AuditArea[],
  isMeant: (finding: AuditFinding) => boolean,
): Promise<AuditRepair> {
  const isDue = (finding: AuditFinding) => isRepairable(finding) && isMeant(finding);
  return withClient(connection, "access-audit", async (client) => {
    const repaired: AuditFinding[] = [];
    const failures = new Map<string, unknown>();
    for (let pass = 1; ; pass++) {
      const found = await readAudit(client, audit, areas);
      const waiting = found.filter(
        ({ finding }) => isDue(finding) && !failures.has(finding.object),
      );
      if (waiting.length === 0) break;
      if (pass > passes) {
        failures.set("", new AuditError(waiting.map(({ finding }) => finding)));
        break;
      }
      for (const object of new Set(waiting.map(({ finding }) => finding.object))) {
        const its = waiting.filter(({ finding }) => finding.object === object);
        const looks = [...new Set(its.map(({ look }) => look))];
        try {
          repaired.push(
            ...(await repairObject(client, connection.user, object, looks, audit, isDue)),
          );
        } catch (error) {
          failures.set(object, error);
        }
      }
    }
    return { repaired, failures: [...failures.values()] };
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
  isDue: (finding: AuditFinding) => boolean,
): Promise<AuditFinding[]> {
  let planned: AuditFinding[] = [];
  try {
    await convergeWith(client, { owner: login }, async () => {
      planned = [];
      for (const look of areas) {
        const found = await look(client, audit);
        planned.push(...found.filter((its) => its.object === object && isDue(its)));
      }
      return planned;
    });
    return planned;
  } catch (error) {
    // Somebody has dropped or renamed it between the inspection and the repair: the next pass sees what is there now.
    if (error instanceof DatabaseError && gone.has(error.code ?? "")) return [];
    throw new AuditError(planned, error);
  }
}

// undefined_table, undefined_function, undefined_object, undefined_column, invalid_schema_name
const gone = new Set(["42P01", "42883", "42704", "42703", "3F000"]);
