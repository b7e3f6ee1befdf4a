import type { Client } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, type GuardedTable, scopeOf } from "./declaredAccess";

export const viewKinds = [
  "view without security_invoker",
  "materialized view of tenants",
  "view that others own",
] as const;

type ViewFinding = Finding<(typeof viewKinds)[number]>;

/** A relation through which rows can be read past the policies of the tenant tables, or past the grants on a table. */
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
  /** A partition, a child table or a materialized view of tenants: no grant opens it. */
  closed: boolean;
  /** It shows what its owner sees of a table with grants of its own: only a grant that names it opens it. */
  named: boolean;
  /** A view that shows what its owner sees. */
  unsafe: boolean;
}

/** Relations, by oid, that grants on a schema's tables do not open to a role that row-level security binds. */
interface ClosedRelations {
  /** No grant opens these. */
  closed: string[];
  /** Only a grant that names them opens these. */
  named: string[];
}

/**
 * Relations that are closed to roles that row-level security binds: partitions and children, which such a role reads through the
 * parent, materialized views of tenant tables, and views that show a table past the grants on it.
 *
 * Policies belong to one table. A partition without its own policies shows all its rows to a role that may name it; the
 * parent's policies apply only to queries on the parent.
 * https://www.postgresql.org/docs/15/ddl-rowsecurity.html
 */
export async function readClosedRelations(
  client: Client,
  guarded: readonly GuardedTable[],
): Promise<ClosedRelations> {
  const relations = await readRelations(client, [], [], JSON.stringify(guarded));
  const oids = (found: readonly Relation[]) => found.map(({ oid }) => oid);
  return {
    closed: oids(relations.filter(({ closed }) => closed)),
    named: oids(relations.filter(({ named }) => named)),
  };
}

/**
 * A finding for each view that shows rows past the policies of the role that reads it.
 *
 * Materialized views are left alone, because they hold rows and no option makes them safe.
 */
export async function inspectViews(client: Client, access: DeclaredAccess): Promise<ViewFinding[]> {
  const { roles, schemas, guarded } = scopeOf(access);
  const relations = await readRelations(client, roles, schemas, JSON.stringify(guarded));
  return relations.filter(({ unsafe }) => unsafe).map(planView);
}

async function readRelations(
  client: Client,
  roles: readonly string[],
  schemas: readonly string[],
  guarded: string,
): Promise<Relation[]> {
  const sql = readSql(__dirname, "views");
  return (await client.query<Relation>(sql, [roles, schemas, guarded])).rows;
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
