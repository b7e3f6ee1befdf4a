import type { Client } from "pg";

import type { Finding } from "../drift/difference";
import { planContextFunctions } from "./planContextFunctions";
import { planRequirements } from "./planRequirements";
import { planTableSecurity } from "./planTableSecurity";
import { planUndeclaredTables } from "./planUndeclaredTables";
import { readContextFunctions } from "./readContextFunctions";
import { readTenantTables, type TableSecurity } from "./readTenantTables";
import { readUndeclaredTables } from "./readUndeclaredTables";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/** How a database stands against what is declared. */
export interface RowLevelSecurityState {
  /** About the functions that policies call. */
  context: Finding[];
  /** Each table that differs, with its findings. */
  tables: { table: TableSecurity; findings: Finding[] }[];
  /** Tables that look like tenant tables. */
  undeclared: Finding[];
  /** What declared tables lack. */
  requirements: Finding[];
}

/** Reads everything in a few queries, however many tables there are. Call it in a snapshot. */
export async function inspectRowLevelSecurity(
  client: Client,
  wanted: RowLevelSecurity,
): Promise<RowLevelSecurityState> {
  const { tenancy, owner } = wanted;
  const functions = await readContextFunctions(client);
  const found = await readTenantTables(client, tenancy.tables);
  const undeclared = await readUndeclaredTables(client, tenancy);
  const tables = found.map((table) => ({ table, findings: planTableSecurity(table, wanted) }));
  return {
    context: planContextFunctions(functions, tenancy, owner),
    tables: tables.filter(({ findings }) => findings.length > 0),
    undeclared: planUndeclaredTables(undeclared),
    requirements: planRequirements(tenancy.tables, found, []),
  };
}
