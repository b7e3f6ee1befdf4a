import type { Client } from "pg";

import type { Finding } from "../convergence/difference";
import { planContextFunctions } from "./planContextFunctions";
import { planTableSecurity } from "./planTableSecurity";
import { readContextFunctions } from "./readContextFunctions";
import { readRefusals } from "./readRefusals";
import { readTenantTables, type TableSecurity } from "./readTenantTables";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/** How a database stands against what is declared. */
export interface RowLevelSecurityState {
  /** About the functions that policies call. */
  context: Finding[];
  /** Each table that differs, with its findings. */
  tables: { table: TableSecurity; findings: Finding[] }[];
  /** What a person has to decide about. */
  refused: Finding[];
}

/**
 * Reads everything in a few queries, however many tables there are. Call it in a snapshot, as the owner.
 *
 * @param version Number of the last migration, where some may be still to come.
 */
export async function inspectRowLevelSecurity(
  client: Client,
  wanted: RowLevelSecurity,
  version?: number,
): Promise<RowLevelSecurityState> {
  const { tenancy, owner } = wanted;
  const functions = await readContextFunctions(client);
  const found = await readTenantTables(client, tenancy.tables);
  const tables = found.map((table) => ({ table, findings: planTableSecurity(table, wanted) }));
  return {
    context: planContextFunctions(functions, tenancy, owner),
    tables: tables.filter(({ findings }) => findings.length > 0),
    refused: await readRefusals(client, tenancy, version, found),
  };
}
