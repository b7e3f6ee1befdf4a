import { schemaVersion } from "@hosterizer/postgres/migrations/schemaVersion";
import type { Program } from "../../program";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";

/** Number of the last migration that is applied; 0 if none is. */
export async function readVersion(
  access: StackAccess,
  { migrator, owner }: Program,
): Promise<number> {
  return explainRefusal(access, connectionAs(migrator, access), (connection) =>
    schemaVersion(connection, owner),
  );
}
