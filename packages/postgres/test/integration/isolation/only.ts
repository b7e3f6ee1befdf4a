import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";

/** A tenancy with some of the tables, plus the tenants' own table and the sites that the others refer to. Default: all. */
export function only(tenancy: Tenancy, tables?: readonly string[]): Tenancy {
  if (tables === undefined) return tenancy;
  const kept = new Set(["customers", "sites", ...tables]);
  return { ...tenancy, tables: tenancy.tables.filter(({ table }) => kept.has(table)) };
}
