import { type Client, DatabaseError, escapeLiteral } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { isContention } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { readLedger } from "../migrations/ledger";
import { numberOf } from "../migrations/migration";
import { applyContextFunctions, inspectContextFunctions } from "./contextFunctions";
import { planPolicies } from "./policies";
import { hasSigningKeys } from "./signingKeys";
import type { RowLevelSecurity, TenantTable } from "./tenancy";
import {
  convergeTable,
  hasTenantColumn,
  planTableSecurity,
  readTenantTables,
  type TableSecurity,
} from "./tenantTables";

/** The declared tenancy, and the migrations that it applies after. */
interface WantedClosure extends RowLevelSecurity {
  /** Number of the last migration to apply; 0: none. */
  version: number;
}

/** What was closed, and what could not be, each with its error. */
export interface LockdownResult {
  closed: Finding[];
  left: { findings: Finding[]; error: unknown }[];
}

interface Openings {
  /** About the functions that policies call. */
  context: Finding[];
  /** Whether the declared policies call a function that does not exist. */
  lacksFunctions: boolean;
  /** Whether the functions that verify tokens can work; else a later step of the update restores what they rely on. */
  canVerify: boolean;
  /** Each open table, with what shows more of its rows than is declared. */
  tables: { table: TableSecurity; findings: Finding[] }[];
}

/**
 * What shows rows to sessions that must not see them: row-level security that is off, policies that differ from the declared
 * ones, functions that name the wrong customer. Changes nothing.
 *
 * A missing policy is not included: it hides rows.
 */
export async function readOpenTables(client: Client, wanted: WantedClosure): Promise<Finding[]> {
  const { context, tables } = await readOpenings(client, wanted);
  return [...context, ...tables.flatMap(({ findings }) => findings)];
}

/**
 * Closes all of it, each table in its own transaction. A table that cannot be closed does not stop the others.
 *
 * A declared policy may rely on something that only a later step of the update restores. Then what opens the table is dropped,
 * and no session sees its rows until that step.
 */
export async function closeTables(
  connection: Connection,
  wanted: WantedClosure,
): Promise<LockdownResult> {
  return withClient(connection, "lockdown", async (client) => {
    const closing: LockdownResult = { closed: [], left: [] };
    const attempt = async (findings: Finding[], close: () => Promise<Finding[]>) => {
      try {
        closing.closed.push(...(await close()));
      } catch (error) {
        closing.left.push({ findings, error });
      }
    };
    const { context, lacksFunctions, canVerify, tables } = await readOpenings(client, wanted);
    if (context.length > 0) {
      await attempt(context, async () => {
        await applyContextFunctions(client, wanted, canVerify);
        return context;
      });
    } else if (lacksFunctions && tables.length > 0) {
      // If this fails, closing a table drops its policies.
      await applyContextFunctions(client, wanted, canVerify).catch(() => undefined);
    }
    // The policies that call a recreated function are gone.
    const open = context.length > 0 ? (await readOpenings(client, wanted)).tables : tables;
    for (const { table, findings } of open) {
      await attempt(findings, () => closeTable(client, table, wanted));
    }
    return closing;
  });
}

async function readOpenings(client: Client, wanted: WantedClosure): Promise<Openings> {
  const { tenancy, owner, version } = wanted;
  // The owner can replace the ledger: one that cannot be read must not keep a table open.
  const applied = await inSnapshot(client, owner, readLedger).catch(() => undefined);
  const isPending = applied !== undefined && numberOf(applied.at(-1)?.name) < version;
  return inSnapshot(client, owner, async () => {
    const canVerify = tenancy.context !== "signed" || (await hasSigningKeys(client));
    const functions = await inspectContextFunctions(client, wanted, canVerify);
    const tables = await readTenantTables(client, tenancy.tables);
    return {
      context: functions.filter(({ actual }) => actual !== null),
      lacksFunctions: functions.some(({ kind }) => kind === "context function missing"),
      canVerify,
      tables: tables
        .map((table) => ({ table, findings: openingsOf(table, wanted, isPending) }))
        .filter(({ findings }) => findings.length > 0),
    };
  });
}

/** @param isPending Whether migrations are pending, which may make the table a tenant table, or fill it first. */
function openingsOf(table: TableSecurity, wanted: RowLevelSecurity, isPending: boolean): Finding[] {
  if (isPending && !hasTenantColumn(table)) return [];
  // A migration leaves a new table like this: closed, but not to its owner, who fills it.
  const isNew = isPending && table.policies.length === 0;
  return planTableSecurity(table, wanted).filter(
    ({ kind, repair }) =>
      repair === "automatic" &&
      kind !== "policy missing" &&
      !(isNew && kind === "row-level security not forced"),
  );
}

async function closeTable(
  client: Client,
  table: TableSecurity,
  wanted: RowLevelSecurity,
): Promise<Finding[]> {
  try {
    const findings = await convergeTable(client, table, wanted);
    return findings.filter(({ kind }) => kind !== "policy missing");
  } catch (error) {
    if (!(error instanceof DatabaseError) || isContention(error)) throw error;
    return convergeTable(client, table, wanted, planClosure);
  }
}

/** Only the steps that close: enables and forces row-level security, and drops the policies that differ. */
function planClosure(live: TableSecurity, wanted: RowLevelSecurity): Finding[] {
  const findings = planTableSecurity(live, wanted);
  const drops = planPolicies(live.policies, [], live.quoted_table);
  return [
    ...findings.filter(({ kind }) => kind.startsWith("row-level security")),
    ...drops.flatMap(({ object, sql = "" }) => {
      const differing = findings.find((finding) => finding.object === object);
      return differing === undefined ? [] : [{ ...differing, sql }];
    }),
  ];
}

/**
 * SQL that runs in a migration's transaction: it enables row-level security on every new tenant table, and on its partitions
 * and other children, which a query can name directly.
 *
 * Backup roles may read a new table as soon as it exists, and grants in the migration itself apply from its commit; the policies
 * come a moment later. Row-level security without a policy shows no rows. It is not forced yet, so that the owner can fill the
 * table in the next migration.
 */
export function closeNewTables(tables: readonly TenantTable[]): string {
  const names = tables.map(({ schema, table }) => escapeLiteral(`${schema}.${table}`));
  return `do $close$
declare
  newborn regclass;
begin
  for newborn in
    with recursive family as (
      select c.oid
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
       where n.nspname || '.' || c.relname = any (array[${names.join(", ")}]::text[])
       union
      select i.inhrelid
        from family as f
        join pg_catalog.pg_inherits as i on i.inhparent = f.oid
    )
    select c.oid
      from family as f
      join pg_catalog.pg_class as c on c.oid = f.oid
     where c.relkind in ('r', 'p')
       and not c.relrowsecurity
  loop
    execute pg_catalog.format('alter table %s enable row level security', newborn);
  end loop;
end
$close$`;
}
