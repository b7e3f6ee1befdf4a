import type { Connection } from "@hosterizer/postgres/connection/connection";
import { rowsOf } from "./rowsOf";
import { type IsolationReport, runTenantClient } from "./tenantClient";
import { tenants, visibleRows } from "./twentyTenants";

export interface RunTenantsArgs {
  /** The application's connection. */
  application: Connection;
  /** The connection of a superuser, who sees all rows. */
  superuser: Connection;
  clients: number;
  /** How many transactions each client checks. */
  transactions: number;
}

/** Runs many clients of twenty tenants concurrently, and reports whether one saw another's rows. */
export async function runTenants(args: RunTenantsArgs): Promise<IsolationReport> {
  const { application, superuser, clients, transactions } = args;
  const all = await rowsOf<{ tenant: number; rows: number }>(superuser, visibleRows);
  const rows = Array.from(
    { length: tenants + 1 },
    (_, tenant) => all.find((found) => found.tenant === tenant)?.rows ?? 0,
  );
  if (rows.slice(1).includes(0)) throw new Error("a tenant has no rows to see");
  const report: IsolationReport = { checked: 0, misdeeds: {}, violations: [], errors: [] };
  await Promise.all(
    Array.from({ length: clients }, (_, number) =>
      runTenantClient({ connection: application, rows, number, transactions, report }),
    ),
  );
  return report;
}
