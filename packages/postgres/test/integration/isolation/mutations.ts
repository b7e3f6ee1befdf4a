import { guideTenancy } from "../../../../../test/guideTables";

/** A cell of the proof, of the application's role. */
interface Cell {
  table: string;
  command: string;
  context: string;
}

/** A way to open holes, and the cells of the proof that must report them. */
interface Mutation {
  what: string;
  /** In a separate database. */
  sql: string;
  /** Changes of the whole server are undone. */
  undo?: string;
  cells: Cell[];
}

/** The roles of the database under test. */
export interface Names {
  database: string;
  owner: string;
  application: string;
  backup: string;
  superuser: string;
}

const tables = guideTenancy.tables.map(({ table }) => table);
const children = ["deployments", "ecommerce_integrations", "cost_records"];

/** Every known hole, under the guide's contract: administrators by the session's variable. */
export function mutations({ database, owner, application, backup, superuser }: Names): Mutation[] {
  const own = (table: string, command: string, context = "own") => [{ table, command, context }];
  const everywhere = (
    what: string,
    sql: (table: string) => string,
    command: string,
    context = "own",
  ): Mutation => ({
    what: `${what}, on every table`,
    sql: tables.map(sql).join(";"),
    cells: tables.flatMap((table) => own(table, command, context)),
  });
  return [
    everywhere(
      "row-level security disabled",
      (table) => `alter table public.${table} disable row level security`,
      "SELECT",
    ),
    everywhere(
      "row-level security not forced",
      (table) => `alter table public.${table} no force row level security`,
      "FORCE",
      "catalog",
    ),
    everywhere(
      "a wider USING",
      (table) => `alter policy context_sees_own on public.${table} using (true)`,
      "SELECT",
    ),
    everywhere(
      "a wider WITH CHECK",
      (table) => `alter policy context_sees_own on public.${table} with check (true)`,
      "INSERT",
    ),
    everywhere(
      "another policy that shows all",
      (table) => `create policy open on public.${table} for select to ${application} using (true)`,
      "SELECT",
      "none",
    ),
    everywhere(
      "TRUNCATE granted",
      (table) => `grant truncate on public.${table} to ${application}`,
      "TRUNCATE",
    ),
    everywhere(
      "given to the application",
      (table) => `alter table public.${table} owner to ${application}`,
      "ALTER",
    ),
    everywhere(
      "a restrictive policy that hides a tenant's own rows",
      (table) =>
        `create policy closed on public.${table} as restrictive for select to ${application} using (false)`,
      "SELECT",
    ),
    ...tables.map((table) => ({
      what: `the policy of ${table} dropped`,
      sql: `drop policy context_sees_own on public.${table}`,
      cells: own(table, "INSERT own"),
    })),
    {
      what: "foreign keys without their tenant",
      sql: children
        .map(
          (table) => `alter table public.${table} drop constraint ${table}_site_id_customer_id_fkey;
            alter table public.${table} add constraint loose foreign key (site_id) references public.sites (id)`,
        )
        .join(";"),
      cells: children.flatMap((table) => own(table, "FOREIGN KEY")),
    },
    {
      what: "the application with BYPASSRLS",
      sql: `alter role ${application} bypassrls`,
      undo: `alter role ${application} nobypassrls`,
      cells: own("sites", "ROW SECURITY", "catalog"),
    },
    {
      what: "the application as a superuser",
      sql: `alter role ${application} superuser`,
      undo: `alter role ${application} nosuperuser`,
      cells: own("sites", "ROW SECURITY", "catalog"),
    },
    {
      what: "the application as a member of the owner",
      sql: `grant ${owner} to ${application}`,
      undo: `revoke ${owner} from ${application}`,
      cells: own("sites", "ALTER"),
    },
    {
      what: "the application as a member of the backup's role",
      sql: `grant ${backup} to ${application}`,
      undo: `revoke ${backup} from ${application}`,
      cells: own("sites", "SELECT", "none"),
    },
    {
      what: "the backup's policy for every role",
      sql: "alter policy backup_reads_all on public.sites using (true)",
      cells: own("sites", "SELECT", "empty"),
    },
    {
      what: "REFERENCES granted",
      sql: `grant references on public.sites to ${application}`,
      cells: own("sites", "REFERENCES", "catalog"),
    },
    {
      what: "TRIGGER granted",
      sql: `grant trigger on public.sites to ${application}`,
      cells: own("sites", "TRIGGER", "catalog"),
    },
    {
      what: "a view of a superuser's",
      sql: `create view public.all_sites as select * from public.sites;
        alter view public.all_sites owner to ${superuser};
        grant select on public.all_sites to ${application}`,
      cells: own("sites", "VIEW"),
    },
    {
      what: "a view of a view of a superuser's",
      sql: `create view public.all_sites as select * from public.sites;
        alter view public.all_sites owner to ${superuser};
        create view public.again as select customer_id, id from public.all_sites;
        grant select on public.again to ${application}`,
      cells: own("sites", "VIEW"),
    },
    {
      what: "a materialized view",
      sql: `create materialized view public.kept as select * from public.cost_records;
        grant select on public.kept to ${application}`,
      cells: own("cost_records", "VIEW", "catalog"),
    },
    {
      what: "a function that runs as a superuser",
      sql: `create function public.every_site() returns bigint language sql security definer
        as 'select count(*) from public.sites'`,
      cells: own("sites", "FUNCTION", "catalog"),
    },
    {
      what: "a lowest id that covers every tenant",
      sql: `create or replace function tenancy.lowest_customer_id() returns bigint stable language sql
        as 'select -9223372036854775808'`,
      cells: own("sites", "SELECT", "other"),
    },
    {
      what: "a highest id that covers every tenant",
      sql: `create or replace function tenancy.highest_customer_id() returns bigint stable language sql
        as 'select 9223372036854775807'`,
      cells: own("sites", "SELECT"),
    },
    {
      what: "an administrator in any spelling",
      sql: `create or replace function tenancy.lowest_customer_id() returns bigint stable language sql
        as $$ select case when lower(current_setting('app.current_user_role', true)) like 'admin%' then -9223372036854775808
          else nullif(current_setting('app.current_customer_id', true), '')::bigint end $$;
        create or replace function tenancy.highest_customer_id() returns bigint stable language sql
        as $$ select case when lower(current_setting('app.current_user_role', true)) like 'admin%' then 9223372036854775807
          else nullif(current_setting('app.current_customer_id', true), '')::bigint end $$`,
      cells: own("sites", "SELECT", "forged"),
    },
    {
      what: "an id that is cast without a check",
      sql: `create or replace function tenancy.lowest_customer_id() returns bigint stable language sql
        as $$ select current_setting('app.current_customer_id', true)::bigint $$`,
      cells: own("sites", "SELECT", "malformed"),
    },
    {
      what: "an id that is cut to its digits",
      sql: ["lowest", "highest"]
        .map(
          (
            end,
          ) => `create or replace function tenancy.${end}_customer_id() returns bigint stable language sql
            as $$ select nullif(regexp_replace(current_setting('app.current_customer_id', true), '\\D', '', 'g'), '')::numeric::bigint $$`,
        )
        .join(";"),
      cells: own("sites", "SELECT", "malformed"),
    },
    {
      what: "an id whose sign is dropped",
      sql: bothEnds(
        "select abs(nullif(regexp_replace(current_setting('app.current_customer_id', true), '[^0-9-]', '', 'g'), '')::numeric)::bigint",
      ),
      cells: own("sites", "SELECT", "malformed"),
    },
    {
      what: "a missing context treated as an administrator's",
      sql: `create or replace function tenancy.lowest_customer_id() returns bigint stable language sql
          as $$ select coalesce(nullif(current_setting('app.current_customer_id', true), '')::bigint, -9223372036854775808) $$;
        create or replace function tenancy.highest_customer_id() returns bigint stable language sql
          as $$ select coalesce(nullif(current_setting('app.current_customer_id', true), '')::bigint, 9223372036854775807) $$`,
      cells: own("sites", "SELECT", "empty"),
    },
    {
      what: "an id without a check of the role",
      sql: bothEnds(
        "select nullif(substring(current_setting('app.current_customer_id', true) from '^[0-9]{1,19}$'), '')::bigint",
      ),
      cells: own("sites", "SELECT", "forged"),
    },
    {
      what: "sessions that begin as an administrator's",
      sql: `alter database ${database} set app.current_user_role = 'administrator'`,
      cells: own("sites", "SELECT", "none"),
    },
    {
      what: "the application's sessions that begin as a customer's",
      sql: `alter role ${application} in database ${database} set app.current_user_role = 'customer'`,
      cells: own("sites", "SELECT", "none"),
    },
    everywhere(
      "a policy that allows updates of all rows",
      (table) => `create policy open on public.${table} for update to ${application} using (true)`,
      "UPDATE all",
      "catalog",
    ),
    everywhere(
      "a policy that allows deletes of all rows",
      (table) => `create policy open on public.${table} for delete to ${application} using (true)`,
      "DELETE all",
      "catalog",
    ),
    everywhere(
      "a policy that allows inserts for any tenant",
      (table) =>
        `create policy open on public.${table} for insert to ${application} with check (true)`,
      "INSERT",
    ),
    {
      what: "rows that may be moved to any tenant",
      sql: children
        .map(
          (table) =>
            `create policy open on public.${table} for update to ${application} using (false) with check (true)`,
        )
        .join(";"),
      cells: children.flatMap((table) => own(table, "MOVE all")),
    },
    everywhere(
      "only the lower bound",
      (table) =>
        `alter policy context_sees_own on public.${table}
           using (${table === "customers" ? "id" : "customer_id"} >= tenancy.lowest_customer_id())`,
      "SELECT",
    ),
    everywhere(
      "only the upper bound",
      (table) =>
        `alter policy context_sees_own on public.${table}
           using (${table === "customers" ? "id" : "customer_id"} <= tenancy.highest_customer_id())`,
      "SELECT",
      "other",
    ),
    {
      what: "a function that empties a table as a superuser",
      sql: `create function public.tidy() returns void language sql security definer
        as 'delete from public.deployments'`,
      cells: own("deployments", "FUNCTION", "catalog"),
    },
    {
      what: "a view without security_invoker",
      sql: `create view public.own_sites with (security_invoker) as select * from public.sites;
        alter view public.own_sites owner to ${superuser};
        grant select on public.own_sites to ${application};
        alter view public.own_sites reset (security_invoker)`,
      cells: own("sites", "VIEW"),
    },
    {
      what: "administrators who see nothing",
      sql: `create or replace function tenancy.lowest_customer_id() returns bigint stable language sql
        as $$ select nullif(current_setting('app.current_customer_id', true), '')::bigint
          where current_setting('app.current_user_role', true) = 'customer' $$`,
      cells: own("sites", "SELECT", "administrator"),
    },
  ];
}

/** Both ends of the range of ids that a context sees. */
function bothEnds(body: string): string {
  return ["lowest", "highest"]
    .map(
      (end) =>
        `create or replace function tenancy.${end}_customer_id() returns bigint stable language sql as $$ ${body} $$`,
    )
    .join(";");
}
