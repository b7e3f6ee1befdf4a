import { migrator, owner } from "../../../../../database/roles";
import { schemaVersion } from "@hosterizer/postgres/migrations/migrationState";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";

/** Number of the last migration that is applied; 0 if none is. */
export async function readVersion(access: StackAccess): Promise<number> {
  return explainRefusal(access, connectionAs(migrator, access), (connection) =>
    schemaVersion(connection, owner),
  );
}
