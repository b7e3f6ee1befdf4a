import type { TableSecurity } from "./readTenantTables";

// PostgreSQL compares these with a bigint without a cast, so that the index on them stays in use.
const types: readonly (string | null)[] = ["bigint", "integer", "smallint"];

/** Whether a table's tenant column is there and can be compared with the id of who is asking. */
export function canBeTenant({ column_type }: Pick<TableSecurity, "column_type">): boolean {
  return types.includes(column_type);
}
