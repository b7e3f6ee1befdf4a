import type { Client } from "pg";

import { type Connection, withClient } from "../connection";
import { converge } from "../converge";
import { DeclarationError } from "../declarationError";
import type { Step } from "../step";
import { planContextFunctions } from "./planContextFunctions";
import { planTableSecurity } from "./planTableSecurity";
import { readContextFunctions } from "./readContextFunctions";
import { readTableSecurity } from "./readTableSecurity";
import type { Tenancy, TenantTable } from "./tenancy";

/** What is to hold, and who owns it. */
export interface RowLevelSecurity {
  tenancy: Tenancy;
  owner: string;
}

type Plan = (client: Client) => Promise<Step[]>;

/** Where the live functions have left the declaration, one line a difference. Changes nothing. */
export function readContextDrift(connection: Connection, wanted: RowLevelSecurity) {
  return drift(connection, contextPlan(wanted));
}

/** Makes the functions that policies call as declared. */
export async function applyContext(connection: Connection, wanted: RowLevelSecurity) {
  const options = { purpose: "tenant-context", owner: wanted.owner };
  await converge(connection, options, contextPlan(wanted));
}

/**
 * Where one live table has left the declaration, one line a difference. Changes nothing.
 *
 * A table that does not exist is no drift: a pending migration creates it.
 */
export function readTableDrift(
  connection: Connection,
  table: TenantTable,
  wanted: RowLevelSecurity,
) {
  return drift(
    connection,
    tablePlan(table, wanted, () => []),
  );
}

/**
 * Makes one table's row-level security as declared, in one transaction.
 *
 * @throws DeclarationError if the table or its tenant column does not exist.
 */
export async function applyTable(
  connection: Connection,
  table: TenantTable,
  wanted: RowLevelSecurity,
) {
  const name = `${table.schema}.${table.table}`;
  const options = { purpose: `row-level-security/${name}`, owner: wanted.owner };
  const missing = () => {
    throw new DeclarationError(
      `tenant table ${name} in database/tenancy.ts`,
      "no such table in the database",
      "Add the migration that creates it, or take it out of database/tenancy.ts",
    );
  };
  await converge(connection, options, tablePlan(table, wanted, missing));
}

async function drift(connection: Connection, plan: Plan): Promise<string[]> {
  const steps = await withClient(connection, "row-level-security/inspect", plan);
  return steps.map(({ reason }) => reason);
}

function contextPlan({ tenancy, owner }: RowLevelSecurity): Plan {
  return async (client) => planContextFunctions(await readContextFunctions(client), tenancy, owner);
}

function tablePlan(table: TenantTable, wanted: RowLevelSecurity, missing: () => Step[]): Plan {
  return async (client) => {
    const found = await readTableSecurity(client, table);
    if (found === undefined) return missing();
    if (found.columnExists) return planTableSecurity(found, table, wanted.tenancy, wanted.owner);
    throw new DeclarationError(
      `tenant table ${table.schema}.${table.table} in database/tenancy.ts`,
      `the table has no column ${table.column}`,
      "Name the column that holds the tenant's id, or add it by a migration",
    );
  };
}
