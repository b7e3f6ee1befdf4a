import { type Client, DatabaseError } from "pg";

import { quotedName } from "../sql/quotedName";
import { readTenantTables } from "../rowLevelSecurity/tenantTables";
import type { TenantTable } from "../rowLevelSecurity/tenancy";
import { judgeCell } from "./judgeCell";
import type { NotProven, ProofCell } from "./isolationProof";
import { parentsFirst } from "./parentsFirst";
import type { TenantPair } from "./proofContexts";
import { type ProofSession, TableProof } from "./proveTable";
import { proveWithRealRows } from "./proveWithRealRows";
import { proveWithSyntheticRows, type SyntheticTenants } from "./proveWithSyntheticRows";
import { readTableShapes } from "./readTableShapes";
import { savepoint } from "./runProbe";
import { type ProofTable, TenantRows } from "./tenantRows";

/** Proves all tables as one role, in its open transaction. */
export async function proveRole(
  opened: Omit<ProofSession, "beyondOwner">,
  declared: readonly TenantTable[],
  known: (table: TenantTable) => Promise<TenantPair | undefined>,
): Promise<{ tables: string[]; cells: ProofCell[]; notProven: NotProven[] }> {
  const { client, role, kind } = opened;
  // The others are bound by policies, or read everything, and may do nothing else that the owner may not.
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
      reason: "there is no such table",
    }));

  const proofs = new Map(tables.map((table) => [table.oid, new TableProof(session, table)]));
  // First of all, while the session has never had a context: afterwards a variable is empty, not absent.
  if (kind !== "backup" && beyondOwner === undefined)
    for (const proof of proofs.values()) await proveUnset(client, proof);
  const rows = new TenantRows(client, shapes, tables);
  for (const table of parentsFirst(tables)) {
    const proof = proofs.get(table.oid);
    if (proof === undefined) continue;
    const inserts =
      table.shape.privileges.INSERT && (kind === "tenant" || kind === "administrator");
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

/** The predefined roles that a session's role belongs to, and its attributes; undefined where it has neither. */
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

/** Ids near the type's end, which no sequence comes to. They are the same for all tables of a run. */
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
