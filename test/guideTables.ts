import { readdir, readFile } from "node:fs/promises";

import { tenancy } from "../database/tenancy";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";

const last = "000009_index_policy_rules";
const tenantTables = {
  customers: "id",
  sites: "customer_id",
  deployments: "customer_id",
  ecommerce_integrations: "customer_id",
  cost_records: "customer_id",
};

/**
 * The SQL that makes the guide's tables, for tests of what works on any tables: applied migrations never change, and those that
 * come after them are left out.
 */
export async function guideTables(): Promise<string> {
  const names = (await readdir("migrations")).filter(
    (name) => name.endsWith(".up.sql") && name <= `${last}.up.sql`,
  );
  const texts = names.sort().map((name) => readFile(`migrations/${name}`, "utf8"));
  return (await Promise.all(texts)).join("\n");
}

/** The tenancy of these tables. */
export const guideTenancy: Tenancy = {
  ...tenancy,
  sensitiveColumns: [],
  tables: Object.entries(tenantTables).map(([table, column]) => ({
    schema: "public",
    table,
    column,
  })),
};
