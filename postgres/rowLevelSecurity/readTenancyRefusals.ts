import { DatabaseError } from "pg";

import type { Connection } from "../connection";
import type { Finding } from "../drift/difference";
import { inSnapshot } from "../inSnapshot";
import { withSession } from "../withSession";
import { readRefusals } from "./readRefusals";
import type { RowLevelSecurity } from "./rowLevelSecurity";

/**
 * What somebody has to decide about before tenants are kept apart, for those who ask before anything is changed. Changes
 * nothing. A database or an owner that is not there yet has nothing to decide about.
 *
 * @param connection A login that is a member of the owner, or a superuser.
 * @param version Number of the last migration that there is.
 */
export async function readTenancyRefusals(
  connection: Connection,
  { tenancy, owner }: RowLevelSecurity,
  version: number,
): Promise<Finding[]> {
  try {
    return await withSession(connection, (session) =>
      inSnapshot(session, owner, (client) => readRefusals(client, tenancy, version)),
    );
  } catch (error) {
    if (error instanceof DatabaseError && absent.has(error.code ?? "")) return [];
    throw error;
  }
}

// https://www.postgresql.org/docs/15/errcodes-appendix.html
const absent = new Set([
  "3D000", // invalid_catalog_name: no such database
  "22023", // invalid_parameter_value: no such role
]);
