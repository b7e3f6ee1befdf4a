import { escapeIdentifier, escapeLiteral } from "pg";

import { calledFunctions } from "./calledFunctions";

/** The mark that a trap writes to the server's log, where it survives a read-only or rolled back transaction. */
export const trapMark = "trap sprung:";

/** Where functions and operators are planted: our own schemas, and those of the extensions. */
const schemas = ["public", "monitoring", "tenancy", "hosterizer"];

const springs = `
  create or replace function public.spring(what text) returns boolean
    language plpgsql immutable cost 0.0001 set search_path = pg_catalog as $trap$
  declare
    role_left name;
    role_set text := pg_catalog.current_setting('role');
    is_superuser text;
  begin
    begin
      perform pg_catalog.set_config('role', 'none', true);
    exception when others then
      null;
    end;
    -- Not current_setting('is_superuser'): a restricted operation changes the user, and not that setting.
    select r.rolname, case when r.rolsuper then 'on' else 'off' end into role_left, is_superuser
      from pg_catalog.pg_roles as r where r.rolname = current_user;
    raise log '${trapMark} login=% role=% superuser=% (%)',
      session_user, role_left, is_superuser, what;
    -- The rest of the session must not notice.
    if pg_catalog.current_setting('role') is distinct from role_set then
      perform pg_catalog.set_config('role', role_set, true);
    end if;
    return true;
  end
  $trap$;
  grant execute on function public.spring(text) to public;
  create or replace function public.spring_text(what text) returns text
    language plpgsql immutable as $trap$ begin perform public.spring(what); return what; end $trap$;
  create or replace function public.spring_trigger() returns trigger language plpgsql as $trap$
  begin
    perform public.spring('trigger on ' || tg_relid::pg_catalog.regclass::text);
    return case when tg_op = 'DELETE' then old else new end;
  end
  $trap$;`;

/** Each replaces something that is read or written, in a table of the ledger or of a tenant. */
const objectTraps: readonly string[] = [
  `alter table hosterizer.schema_migrations rename to schema_migrations_kept;
   create view hosterizer.schema_migrations as
     select * from hosterizer.schema_migrations_kept where public.spring('view over the ledger')`,
  `alter table hosterizer.schema_objects rename to schema_objects_kept;
   create view hosterizer.schema_objects as
     select * from hosterizer.schema_objects_kept where public.spring('view over the record')`,
  `create trigger spring before insert or update or delete on hosterizer.schema_records
     for each row execute function public.spring_trigger()`,
  `create policy spring on hosterizer.schema_records using (public.spring('policy on the record'));
   alter table hosterizer.schema_records enable row level security, force row level security`,
  `create policy spring on hosterizer.migration_files using (public.spring('policy on the files'));
   alter table hosterizer.migration_files enable row level security, force row level security`,
  `alter table hosterizer.schema_records
     alter column recorded_by set default public.spring_text('default of the record')`,
  `alter table hosterizer.accepted_drift
     add constraint spring check (public.spring('check of what is accepted'))`,
  `create index spring on hosterizer.migration_files (public.spring_text(name))`,
  `create rule spring as on update to hosterizer.migration_statements
     do also select public.spring('rule on the statements')`,
  `create trigger spring before insert or update or delete on public.sites
     for each row execute function public.spring_trigger()`,
  `create index spring_index on public.sites (public.spring_text(domain))`,
  `alter table public.users alter column full_name set default public.spring_text('default of users')`,
  `alter table public.deployments add constraint spring check (public.spring('check of deployments'))`,
  `drop index public.deployments_customer_id_site_id_created_at_idx`,
  `create view public.spring_view as select public.spring('view') as sprung`,
  `create type public.spring_type as enum ('a');
   create function public.spring_cast(public.spring_type) returns text language plpgsql immutable
     as $trap$ begin return public.spring_text('cast'); end $trap$;
   create cast (public.spring_type as text) with function public.spring_cast(public.spring_type) as implicit`,
  `create domain public.spring_domain as text check (public.spring('domain'))`,
];

/** An extra policy on a table whose policies converge elsewhere. */
export const policyTrap =
  "create policy spring on public.sites using (public.spring('policy on sites'))";

/**
 * What a migrator plants, as statements for its sessions: all of it with the rights of the owner.
 *
 * @param overloaded how many of the functions that our SQL calls, and the plugins' SQL, get a namesake in each schema.
 * Default: all
 */
export function plantTraps(owner: string, database: string, overloaded = Infinity): string[] {
  const names = calledFunctions().slice(0, overloaded);
  const become = `set role ${escapeIdentifier(owner)}`;
  return [
    `${become}; ${springs}`,
    ...objectTraps.map((sql) => `${become}; ${sql}`),
    `${become}; ${namesakes(names)}`,
    `${become}; ${operators}`,
    // From now on a name without a schema resolves to the owner's object, unless the session sets a search_path.
    `${become}; alter database ${escapeIdentifier(database)}
       set search_path = public, monitoring, tenancy, hosterizer, pg_catalog`,
  ];
}

/** For each function of pg_catalog, one with the same name and arguments; for polymorphic ones, with common types. */
function namesakes(names: readonly string[]): string {
  return `do $plant$
  declare
    found record;
    target text;
    concrete text;
  begin
    for found in
      select p.oid, p.proname, p.proretset,
             pg_catalog.oidvectortypes(p.proargtypes) as arguments,
             pg_catalog.format_type(p.prorettype, null) as result
        from pg_catalog.pg_proc as p
       where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
         and p.proname = any (array[${names.map((name) => escapeLiteral(name)).join(", ")}]::name[])
    loop
      foreach target in array array[${schemas.map((name) => escapeLiteral(name)).join(", ")}] loop
        foreach concrete in array array['text', 'name', 'oid', 'integer'] loop
          begin
            execute pg_catalog.format(
              'create function %I.%I(%s) returns %s %s language plpgsql as %L',
              target,
              found.proname,
              pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
                found.arguments, 'anyarray', concrete || '[]'), 'anynonarray', concrete),
                'anyelement', concrete), '"any"', concrete),
              case when found.proretset then 'setof' else '' end,
              pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
                found.result, 'anyarray', concrete || '[]'), 'anynonarray', concrete),
                'anyelement', concrete),
              pg_catalog.format(
                'begin perform public.spring(%L); %s end',
                'namesake of ' || found.proname,
                case when found.proretset or found.result = 'void' then 'return;' else 'return null;' end
              )
            );
          exception when others then
            -- A type that is no function's to take, or one that is there already.
            null;
          end;
          exit when found.arguments !~ 'any';
        end loop;
      end loop;
    end loop;
  end
  $plant$`;
}

const operators = `do $plant$
  declare
    found record;
    target text;
  begin
    foreach target in array array[${schemas.map((name) => escapeLiteral(name)).join(", ")}] loop
      for found in
        select o.oprname as name,
               pg_catalog.format_type(o.oprleft, null) as one,
               pg_catalog.format_type(o.oprright, null) as other,
               pg_catalog.format_type(o.oprresult, null) as result
          from pg_catalog.pg_operator as o
         where o.oprname in ('=', '<>', '||', '~', '!~', '~~', '->>')
           and o.oprkind = 'b'
           and pg_catalog.format_type(o.oprleft, null)
               in ('text', 'name', 'oid')
           and pg_catalog.format_type(o.oprright, null)
               in ('text', 'name', 'oid')
      loop
        begin
          execute pg_catalog.format(
            'create function %I.%I(%s, %s) returns %s language plpgsql as %L',
            target, 'spring_operator_' || pg_catalog.md5(found.name), found.one, found.other, found.result,
            pg_catalog.format('begin perform public.spring(%L); return null; end', 'operator ' || found.name)
          );
          execute pg_catalog.format(
            'create operator %I.%s (leftarg = %s, rightarg = %s, function = %I.%I)',
            target, found.name, found.one, found.other,
            target, 'spring_operator_' || pg_catalog.md5(found.name)
          );
        exception when others then
          null;
        end;
      end loop;
    end loop;
  end
  $plant$`;
