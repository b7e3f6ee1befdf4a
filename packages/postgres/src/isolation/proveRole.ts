import { type Client, DatabaseError } from "pg";

import { quotedName } from "../sql/tableName";
import { readTenantTables } from "../rowLevelSecurity/tenantTables";
import type { TenantTable } from "../rowLevelSecurity/tenancy";
import type { NotProven, ProofCell } from "./isolationProof";
import type { TenantPair } from "./contexts";
import { type ProofSession, TableProof } from "./proveTable";
import { proveWithRealRows, proveWithSyntheticRows, type SyntheticTenants } from "./proveRows";
import { readTableShapes } from "./tableShapes";
import { judgeCell, savepoint } from "./runProbe";
import { type ProofTable, tenantColumn, TenantRows } from "./tenantRows";

/** Proves all tables as one role, in its open transaction. */
export async function proveRole(
  opened: Omit<ProofSession, "beyondOwner">,
  declared: readonly TenantTable[],
  known: (table: TenantTable) => Promise<TenantPair | undefined>,
): Promise<{ tables: string[]; cells: ProofCell[]; notProven: NotProven[] }> {
  const { client, role, kind } = opened;
  // Other roles are restricted by policies, or read everything, and have no further rights.
  const beyondOwner = kind === "stranger" ? await readRightsBeyondOwner(client) : undefined;
  const session = { ...opened, beyondOwner };
  const { tables, shapes } = await readTables(client, declared);
  const missing = declared
    .filter(
      ({ schema, table }) => !tables.some((one) => one.schema === schema && one.table === table),
    )
    .map(({ schema, table }) => ({
      role,
      schema,
      table,
      commands: [],
      reason: "the table does not exist",
    }));

  const proofs = new Map(tables.map((table) => [table.oid, new TableProof(session, table)]));
  // First, while the variables have never been set: after a reset they are empty, not absent.
  if (kind !== "backup" && beyondOwner === undefined)
    for (const proof of proofs.values()) await proveUnset(client, proof);
  const rows = new TenantRows(client, shapes, tables);
  for (const table of parentsFirst(tables)) {
    const proof = proofs.get(table.oid);
    if (proof === undefined) continue;
    const inserts =
      tenantColumn(table)?.may.INSERT === true && (kind === "tenant" || kind === "administrator");
    if (inserts)
      await proveWithSyntheticRows(session, proof, tables, rows, syntheticTenants(table));
    else await proveWithRealRows(proof, beyondOwner === undefined ? await known(table) : undefined);
  }
  const all = [...proofs.values()];
  return {
    tables: tables.map(({ schema, table }) => `${schema}.${table}`),
    cells: all.flatMap(({ cells }) => cells),
    notProven: [...missing, ...all.flatMap(({ notProven }) => notProven)],
  };
}

/** Predefined roles that the session's role is a member of, and its attributes; undefined if there are none. */
async function readRightsBeyondOwner(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ rights: string | null }>(
    `select pg_catalog.string_agg(has.right, ', ' order by has.right) as rights
       from (select 'the rights of ' || r.rolname as right
               from pg_catalog.pg_roles as r
              where r.oid operator(pg_catalog.<) 16384::pg_catalog.oid and not r.rolsuper
                and r.rolname operator(pg_catalog.<>) 'pg_database_owner'
                and pg_catalog.pg_has_role(r.oid, 'MEMBER')
             union all
             select a.attribute
               from pg_catalog.pg_roles as me
              cross join lateral (values ('SUPERUSER', me.rolsuper), ('CREATEROLE', me.rolcreaterole), ('CREATEDB', me.rolcreatedb),
                                         ('REPLICATION', me.rolreplication), ('BYPASSRLS', me.rolbypassrls)) as a (attribute, has_it)
              where me.rolname operator(pg_catalog.=) current_user and a.has_it) as has`,
  );
  return rows[0]?.rights ?? undefined;
}

type FoundTable = ProofTable & { oid: string };

async function readTables(client: Client, declared: readonly TenantTable[]) {
  const found = await readTenantTables(client, declared);
  const { rows } = await client.query<{ oid: string; name: string }>(
    `select c.oid::pg_catalog.int8::pg_catalog.text as oid, pg_catalog.format('%I.%I', n.nspname, c.relname) as name
       from pg_catalog.pg_class as c
       join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
      where pg_catalog.format('%I.%I', n.nspname, c.relname) = any ($1)`,
    [found.map(({ quoted_table: name }) => name)],
  );
  const oids = new Map(rows.map(({ oid, name }) => [name, oid]));
  const shapes = await readTableShapes(client, [...oids.values()]);
  const tables = found.flatMap(
    ({ schema, table, column, level, quoted_table: quoted }): FoundTable[] => {
      const oid = oids.get(quoted);
      const shape = oid === undefined ? undefined : shapes.get(oid);
      return oid === undefined || shape === undefined
        ? []
        : [{ oid, schema, table, column, level, shape }];
    },
  );
  return { tables, shapes };
}

/** Ids near the type's upper bound, which no sequence reaches. All tables of a run use the same ones. */
const chance = Math.random();

function syntheticTenants({ shape, column }: ProofTable): SyntheticTenants {
  const type = shape.columns.find(({ name }) => name === column)?.type;
  const [end, span] =
    type === "smallint"
      ? [32_767n, 1_000]
      : type === "integer"
        ? [2_147_483_647n, 1_000_000]
        : [9_223_372_036_854_775_807n, 1_000_000_000_000];
  const first = end - 3n - BigInt(Math.floor(chance * span)) * 3n;
  return { own: String(first), other: String(first + 1n), third: String(first + 2n) };
}

async function proveUnset(client: Client, proof: TableProof): Promise<void> {
  if (!proof.table.shape.privileges.SELECT) return;
  const statement = `select 'another' as tenant where exists (select from ${quotedName(proof.table)})`;
  const observed = await client
    .query(statement)
    .then(({ rowCount }) => ({ kind: "rows" as const, own: 0, other: 0, another: rowCount ?? 0 }))
    .catch((error: unknown) => {
      if (!(error instanceof DatabaseError) || error.code === undefined) throw error;
      return { kind: "error" as const, code: error.code, message: error.message };
    });
  await client.query(`rollback to savepoint ${savepoint}`);
  const verdict = judgeCell("SELECT", "none", observed);
  const detail = [verdict.detail, verdict.ok ? "" : "before any context was set"]
    .filter(Boolean)
    .join("; ");
  proof.add("SELECT", "none", "none", { ...verdict, detail });
}

/** Tables in an order in which their rows can be inserted: referenced tables first. Cycles are broken at any table. */
function parentsFirst<T extends ProofTable>(tables: readonly T[]): T[] {
  const byOid = new Map(tables.map((table) => [table.shape.oid, table]));
  const ordered = new Set<T>();
  const open = new Set<T>();
  const visit = (table: T): void => {
    if (ordered.has(table) || open.has(table)) return;
    open.add(table);
    for (const { parent } of table.shape.foreignKeys) {
      const target = byOid.get(parent);
      if (target !== undefined) visit(target);
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table);
  return [...ordered];
}
