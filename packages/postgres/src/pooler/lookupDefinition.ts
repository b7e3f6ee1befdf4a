import { escapeLiteral } from "pg";

import type { UserLookup } from "./userLookup";

/** A function in the words of pg_proc. */
export interface LookupDefinition {
  /** As pg_get_function_arguments writes it. */
  arguments: string;
  /** As pg_get_function_result writes it. */
  result: string;
  language: string;
  /** As pg_proc.prosrc keeps it. */
  body: string;
  /** Its attributes in the words of CREATE FUNCTION. */
  attributes: readonly string[];
  owner: string;
}

/**
 * The function as it has to be: one row for whoever may come through the pooler, none for anybody else.
 *
 * A role without a verifier of SCRAM is unknown to it, and so is one whose password has expired: PgBouncer would not look at
 * the date. The rights of a role are those of every role that it may become. pg_has_role fails where a role of that name is
 * missing, so that a renamed owner closes the pooler instead of opening it.
 *
 * Its search_path begins with pg_catalog and ends with temporary objects, so that no name in it can mean anything else.
 * https://www.postgresql.org/docs/15/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
export function lookupDefinition({ owner, role, authenticator }: UserLookup): LookupDefinition {
  const withheld = [owner, authenticator, role].map(
    (name) => `\n   and not pg_has_role(a.oid, ${escapeLiteral(name)}, 'member')`,
  );
  return {
    arguments: "requested name",
    result: "TABLE(username name, verifier text)",
    language: "sql",
    body: `
select a.rolname, a.rolpassword
  from pg_catalog.pg_authid as a
 where a.rolname = requested
   and a.rolcanlogin
   and a.rolpassword like 'SCRAM-SHA-256$%'
   and coalesce(a.rolvaliduntil > now(), true)${withheld.join("")}
   and not exists (
     select
       from pg_catalog.pg_authid as r
      where (r.rolsuper or r.rolreplication or r.rolbypassrls or r.rolcreaterole)
        and pg_has_role(a.oid, r.oid, 'member')
   )
`,
    attributes: [
      "STRICT",
      "STABLE",
      "PARALLEL SAFE",
      "NOT LEAKPROOF",
      "SECURITY DEFINER",
      "SET search_path=pg_catalog, pg_temp",
    ],
    owner: authenticator,
  };
}
