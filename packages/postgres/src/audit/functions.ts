import type { Client } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

export const functionKinds = ["function search_path"] as const;

/** A SECURITY DEFINER function whose caller decides what unqualified names in it mean. */
interface UnsafeDefiner {
  /** `function public.close_account(bigint)` */
  object: string;
  /** Quoted, with its arguments. */
  name: string;
  /** Quoted. */
  schema: string;
  /** Null: the function does not set it. */
  search_path: string | null;
  owner: string;
  alterable: boolean;
}

/**
 * SECURITY DEFINER functions whose caller can make them use other tables and functions than intended.
 *
 * The safe path still finds what is in the function's own schema, where only roles that could change the function too can
 * create anything. Temporary objects come last, so that none shadows a real one.
 * https://www.postgresql.org/docs/15/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
export async function inspectFunctions(
  client: Client,
  access: DeclaredAccess,
): Promise<Finding<(typeof functionKinds)[number]>[]> {
  const { roles, schemas } = scopeOf(access);
  const sql = readSql(__dirname, "functions");
  const { rows } = await client.query<UnsafeDefiner>(sql, [roles, schemas]);
  return rows.map(({ object, name, schema, search_path: path, owner, alterable }) => {
    const safe = `pg_catalog, ${schema}, pg_temp`;
    const alter = `alter routine ${name} set search_path = ${safe}`;
    return {
      kind: "function search_path",
      object,
      expected: `SECURITY DEFINER with search_path ${safe}`,
      actual: `SECURITY DEFINER with ${path === null ? "no search_path" : `search_path ${path}`}`,
      reason: `its caller chooses what it uses with the rights of ${owner}`,
      ...repairIf(alterable, alter, `its owner ${owner} or a superuser`),
    };
  });
}
