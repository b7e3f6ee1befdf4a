import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";

/** A tenancy of some of its tables, the tenants' own, and the sites that the others belong to. Default: of all. */
export function only(tenancy: Tenancy, tables?: readonly string[]): Tenancy {
  if (tables === undefined) return tenancy;
  const kept = new Set(["customers", "sites", ...tables]);
  return { ...tenancy, tables: tenancy.tables.filter(({ table }) => kept.has(table)) };
}
