import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import { quotedName } from "../sql/tableName";
import { type CountedLoss, describeLoss, type Loss } from "./dataLoss";

/** The query for how many rows, or values that are not null, a loss takes. */
function countSql(loss: Loss): string {
  const what = loss.column === undefined ? "*" : escapeIdentifier(loss.column);
  return `select pg_catalog.count(${what}) as count from ${quotedName(loss)}`;
}

/** Counts a loss in the current transaction. */
export async function countLoss(client: Client, loss: Loss): Promise<number> {
  const { rows } = await client.query<{ count: string }>(countSql(loss));
  return Number(rows[0]?.count);
}

/** The query for whether the table or column of a loss exists. */
export function existsSql(loss: Loss): string {
  const table = `pg_catalog.to_regclass(${escapeLiteral(quotedName(loss))})`;
  if (loss.column === undefined) return `select ${table} is not null as exists`;
  return `select exists (
    select
      from pg_catalog.pg_attribute
     where attrelid = ${table} and attname = ${escapeLiteral(loss.column)} and not attisdropped
  ) as exists`;
}

/**
 * SQL that lets the owner see every row of the table for the rest of the transaction, whatever its policies say, and that keeps
 * others from adding one.
 */
export function holdSql(loss: Loss): string {
  const table = quotedName(loss);
  return `lock table ${table} in access exclusive mode;
    alter table ${table} no force row level security`;
}

/** SQLSTATE of the statements below: the number of rows has changed since they were counted. */
export const rowsChanged = "HZ001";

/**
 * Statements around those of a down file, in its transaction: they make it fail if it removes more or fewer rows than were counted,
 * because another session has written meanwhile.
 */
export function guardDataLoss(losses: readonly CountedLoss[]): {
  before: string[];
  after: string[];
} {
  const counted = losses.filter(({ kind }) => kind !== "deleted");
  const deleted = losses.filter(({ kind }) => kind === "deleted");
  return {
    before: [...counted.map(holdAndCompare), ...deleted.map(rememberDeleted)],
    after: deleted.map(compareDeleted),
  };
}

/** Forces row-level security again before the file runs, because the file may keep the table. */
function holdAndCompare(loss: CountedLoss): string {
  return `do $guard$
declare
  forced boolean := (
    select relforcerowsecurity
      from pg_catalog.pg_class
     where oid = ${escapeLiteral(quotedName(loss))}::pg_catalog.regclass
  );
begin
  ${holdSql(loss)};
  ${comparison(loss, countSql(loss))}
  if forced then
    alter table ${quotedName(loss)} force row level security;
  end if;
end
$guard$`;
}

/** PostgreSQL's count includes rows that earlier transactions of the session deleted. */
function rememberDeleted(loss: CountedLoss, index: number): string {
  const count = `coalesce(${deletedSql(loss)}, 0)::text`;
  return `select pg_catalog.set_config('${settingOf(index)}', ${count}, true)`;
}

function compareDeleted(loss: CountedLoss, index: number): string {
  const before = `pg_catalog.current_setting('${settingOf(index)}', true)::bigint`;
  const count = `select ${deletedSql(loss)} - ${before}`;
  return `do $guard$ begin ${comparison(loss, count)} end $guard$`;
}

function settingOf(index: number): string {
  return `hosterizer.deleted_${index}`;
}

function deletedSql(loss: CountedLoss): string {
  const table = escapeLiteral(quotedName(loss));
  return `pg_catalog.pg_stat_get_xact_tuples_deleted(${table}::pg_catalog.regclass)`;
}

function comparison(loss: CountedLoss, count: string): string {
  const what = describeLoss({ ...loss, count: undefined }).replaceAll("%", "%%");
  const message = `${what}: % of them, but ${loss.count} were counted before`;
  return `declare
    found bigint := (${count});
  begin
    if found is distinct from ${loss.count.toFixed(0)} then
      raise exception ${escapeLiteral(message)}, found using errcode = '${rowsChanged}';
    end if;
  end;`;
}
