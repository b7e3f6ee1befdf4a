import { type Client, escapeIdentifier } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import type { DeclaredAccess } from "./declaredAccess";

/** The comment on a database that a restore has opened for its checks, until they are over. */
export const uncheckedMark = "being checked by a restore, and open to applications for that";

/** Class of the advisory lock that a restore holds meanwhile; the other half of its key is the database's oid. */
export const uncheckedLock = 0x72657374;

/** A database that was opened for the checks of a restore which was then killed. */
interface UncheckedDatabase {
  database: string;
  /** Whether the session that reads may close it. */
  closable: boolean;
  /** Those who may use it, as GRANT names them. */
  grantees: string[];
}

/**
 * Databases of an owner that were opened for checks which have ended with their command. Nothing has shown that they keep tenants
 * apart.
 *
 * @param database The stack's, which is not one of them.
 */
export async function readUncheckedDatabases(
  client: Client,
  owner: string,
  database: string,
): Promise<UncheckedDatabase[]> {
  const sql = readSql(__dirname, "uncheckedDatabases");
  const values = [owner, uncheckedMark, uncheckedLock, database];
  return (await client.query<UncheckedDatabase>(sql, values)).rows;
}

/** A finding for each such database: it is closed. */
export async function inspectUncheckedDatabases(
  client: Client,
  { owner }: Pick<DeclaredAccess, "owner">,
): Promise<Finding<"database privilege">[]> {
  const found = await readUncheckedDatabases(client, owner, client.database ?? "");
  return found.map(({ database, closable, grantees }) => {
    const name = escapeIdentifier(database);
    const roles = grantees.join(", ");
    return {
      kind: "database privilege",
      object: `database ${database}`,
      expected: "no privileges",
      actual: `privileges of ${roles}`,
      reason: "the checks of its restore did not end",
      ...repairIf(
        closable,
        `revoke all on database ${name} from ${roles}; comment on database ${name} is null`,
        "its owner or a superuser",
      ),
    };
  });
}
