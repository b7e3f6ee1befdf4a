import type { Client } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import { type Finding, renderDifference } from "../convergence/difference";
import {
  applyContextFunctions,
  contextFunctionKinds,
  inspectContextFunctions,
} from "./contextFunctions";
import { readRefusals } from "./requirements";
import { applyTargets, inspectTargets, sensitiveColumnKinds } from "./sensitiveColumns";
import type { RowLevelSecurity } from "./tenancy";
import {
  convergeTable,
  planTableSecurity,
  readTenantTables,
  type TableSecurity,
} from "./tenantTables";

/**
 * The kinds of drift of row-level security that changes of the database alone cause. `tenant table missing`, `tenant column
 * missing` and `tenant column type` are about a declaration that names what no migration created.
 */
export const rowLevelSecurityKinds = [
  "row-level security disabled",
  "row-level security not forced",
  "policy missing",
  "policy added",
  "policy permissive",
  "policy command",
  "policy roles",
  "policy expression",
  ...contextFunctionKinds,
  ...sensitiveColumnKinds,
  "tenant table not declared",
  "tenant column without NOT NULL",
  "tenant column without index",
  "tenant column without foreign key",
] as const;

/** How a database differs from the declared tenancy. */
interface RowLevelSecurityState {
  /** About the functions that policies call. */
  context: Finding[];
  /** Each table that differs, with its findings. */
  tables: { table: TableSecurity; findings: Finding[] }[];
  /** What ANALYZE collects of sensitive columns. */
  statistics: Finding[];
  /** What a person has to decide. */
  refused: Finding[];
}

/** Reads everything in a few queries, however many tables there are. Call it in a snapshot, as the owner. */
async function inspect(
  client: Client,
  wanted: RowLevelSecurity,
  version?: number,
): Promise<RowLevelSecurityState> {
  const { tenancy } = wanted;
  const context = await inspectContextFunctions(client, wanted);
  const live = await readTenantTables(client, tenancy.tables);
  const tables = live.map((table) => ({ table, findings: planTableSecurity(table, wanted) }));
  return {
    context,
    tables: tables.filter(({ findings }) => findings.length > 0),
    statistics: await inspectTargets(client, tenancy),
    refused: await readRefusals(client, tenancy, version, live),
  };
}

/**
 * How the live database differs from the declaration. Changes nothing.
 *
 * @param version Number of the last migration; Infinity: not known yet.
 */
export async function readRowLevelSecurityDrift(
  connection: Connection,
  wanted: RowLevelSecurity,
  version: number,
): Promise<Finding[]> {
  const { context, tables, statistics, refused } = await withSession(connection, (session) =>
    inSnapshot(session, wanted.owner, (client) => inspect(client, wanted, version)),
  );
  return [...context, ...tables.flatMap(({ findings }) => findings), ...statistics, ...refused];
}

/**
 * Leaves the functions that policies call, and then each table's row-level security, as declared. Each table is one
 * transaction, so that no session sees it half-changed.
 *
 * @throws Error that names every difference that a person has to decide about. By then all others are repaired: one open
 *   table is no reason to leave another open.
 */
export async function applyRowLevelSecurity(
  connection: Connection,
  wanted: RowLevelSecurity,
): Promise<void> {
  await withClient(connection, "row-level-security", async (client) => {
    const look = () => inSnapshot(client, wanted.owner, (client) => inspect(client, wanted));
    const before = await look();
    if (before.context.length > 0) await applyContextFunctions(client, wanted);
    // The policies that call a recreated function are gone.
    const { tables, statistics, refused } = before.context.length > 0 ? await look() : before;
    const left: Finding[] = [];
    for (const { table } of tables) left.push(...(await convergeTable(client, table, wanted)));
    if (statistics.length > 0) await applyTargets(client, wanted);
    left.push(...statistics);
    refuse([...left.filter(({ repair }) => repair === "refused"), ...refused]);
  });
}

function refuse(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  // The first line says for all of them that `up` refuses.
  const lines = findings.map((finding) => renderDifference({ ...finding, repair: "automatic" }));
  throw new Error(
    "row-level security is not complete. Everything else is as declared, but these differences need your decision:\n" +
      lines.map((line) => `- ${line}`).join("\n"),
  );
}
