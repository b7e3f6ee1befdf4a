import { DatabaseError } from "pg";

/** Whether a login failed because the database does not exist. */
export function isMissingDatabase(error: unknown): boolean {
  // invalid_catalog_name, https://www.postgresql.org/docs/15/errcodes-appendix.html
  return error instanceof DatabaseError && error.code === "3D000";
}
