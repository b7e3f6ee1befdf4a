import type { Client } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import type { TenantTable } from "../rowLevelSecurity/tenancy";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

export const viewKinds = [
  "view without security_invoker",
  "materialized view of tenants",
  "view that others own",
] as const;

type ViewFinding = Finding<(typeof viewKinds)[number]>;

/** A relation through which tenants' rows can be read past the policies of the tenant tables. */
interface Relation {
  oid: string;
  kind: "view" | "materialized view" | "table";
  /** Quoted. */
  name: string;
  owner: string;
  /** In a schema of this stack, or owned by a declared role. */
  ours: boolean;
  alterable: boolean;
  /** The tenant tables that a view reads, through other views too. Null for a table. */
  tables: string[] | null;
  /** A partition, a child table or a materialized view: grants on a schema's tables must not open it. */
  closed: boolean;
  /** A view that shows what its owner sees. */
  unsafe: boolean;
}

/**
 * Relations, by oid, that no grant on a schema's tables opens to a role that row-level security binds: partitions and
 * children, which such a role reads through the parent, and materialized views of tenant tables.
 *
 * Policies belong to one table. A partition without its own policies shows all its rows to a role that may name it; the
 * parent's policies apply only to queries on the parent.
 * https://www.postgresql.org/docs/15/ddl-rowsecurity.html
 */
export async function readClosedRelations(
  client: Client,
  tables: readonly TenantTable[],
): Promise<string[]> {
  const relations = await readRelations(client, [], [], JSON.stringify(tables));
  return relations.filter(({ closed }) => closed).map(({ oid }) => oid);
}

/**
 * A finding for each view that shows rows past the policies of the role that reads it.
 *
 * Materialized views are left alone, because they hold rows and no option makes them safe.
 */
export async function inspectViews(client: Client, access: DeclaredAccess): Promise<ViewFinding[]> {
  const { roles, schemas, tables } = scopeOf(access);
  const relations = await readRelations(client, roles, schemas, tables);
  return relations.filter(({ unsafe }) => unsafe).map(planView);
}

async function readRelations(
  client: Client,
  roles: readonly string[],
  schemas: readonly string[],
  tables: string,
): Promise<Relation[]> {
  const sql = readSql(__dirname, "views");
  return (await client.query<Relation>(sql, [roles, schemas, tables])).rows;
}

function planView({ kind, name, owner, ours, alterable, tables }: Relation): ViewFinding {
  const object = `${kind} ${name}`;
  const actual = `rows of ${tables?.join(", ") ?? ""} as ${owner} sees them`;
  if (!ours) {
    const reason = `it belongs to ${owner}, and row-level security does not filter what its readers see`;
    return {
      kind: "view that others own",
      object,
      expected: null,
      actual,
      reason,
      repair: "none",
    };
  }
  if (kind === "materialized view") {
    const reason =
      "it stores rows of every tenant outside row-level security: drop it, or keep the rows in a tenant table";
    return {
      kind: "materialized view of tenants",
      object,
      expected: null,
      actual,
      reason,
      repair: "none",
    };
  }
  return {
    kind: "view without security_invoker",
    object,
    expected: "security_invoker",
    actual,
    ...repairIf(
      alterable,
      `alter view ${name} set (security_invoker = true)`,
      `its owner ${owner} or a superuser`,
    ),
  };
}
