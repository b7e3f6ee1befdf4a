import { escapeLiteral } from "pg";

import { quotedName } from "../../sql/tableName";
import { countSql, holdSql } from "./countLoss";
import { type CountedLoss, describeLoss } from "./loss";

/** SQLSTATE of the statements below: the rows are not those that were counted before. */
export const rowsChanged = "HZ001";

/**
 * Statements around those of a down file, in its transaction: it fails where more or fewer rows go than were counted, because
 * somebody has written meanwhile.
 */
export function guardLosses(losses: readonly CountedLoss[]): { before: string[]; after: string[] } {
  const counted = losses.filter(({ kind }) => kind !== "deleted");
  const deleted = losses.filter(({ kind }) => kind === "deleted");
  return {
    before: [...counted.map(holdAndCompare), ...deleted.map(rememberDeleted)],
    after: deleted.map(compareDeleted),
  };
}

/** The table is forced again before the file runs, which may keep it. */
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

/** PostgreSQL's count goes on from the session's transactions before. */
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
  const message = `${what}: % of them, and ${loss.count} were counted before`;
  return `declare
    found bigint := (${count});
  begin
    if found is distinct from ${loss.count.toFixed(0)} then
      raise exception ${escapeLiteral(message)}, found using errcode = '${rowsChanged}';
    end if;
  end;`;
}
