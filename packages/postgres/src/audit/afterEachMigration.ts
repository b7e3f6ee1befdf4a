import { closeNewTables } from "../rowLevelSecurity/closeNewTables";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import { secureNewObjects } from "./secureNewObjects";

/** SQL that joins the transaction of each migration: what it has made is born closed. */
export function afterEachMigration({
  owner,
  schemas,
  tenancy: { tables },
}: {
  owner: string;
  schemas: readonly string[];
  tenancy: Tenancy;
}): string {
  return `${closeNewTables(tables)};\n${secureNewObjects({ owner, schemas, tables })}`;
}
