import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readCustomerHead } from "../../../../src/backup/customer/customerFile";
import { dumpCustomer, type OnRows } from "../../../../src/backup/customer/dumpCustomer";
import { loadCustomer } from "../../../../src/backup/customer/loadCustomer";
import { applyRowLevelSecurity } from "../../../../src/rowLevelSecurity/rowLevelSecurity";
import type { Tenancy } from "../../../../src/rowLevelSecurity/tenancy";
import { createTenantDatabase } from "../../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../testDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

/** Tables with partitions and children, two that refer to each other, and tables of no tenant that refer to others and to themselves, one with partitions. */
const furtherTables = `
  create table public.teams (id bigint generated always as identity primary key, name text not null, parent_id bigint references public.teams);
  create table public.plans (id bigint primary key, team_id bigint references public.teams) partition by range (id);
  create table public.plans_all partition of public.plans default;
  alter table public.users add team_id bigint references public.teams, add plan_id bigint references public.plans;
  create table public.events (customer_id bigint not null references public.customers, id int not null, note varchar(5), at timestamptz,
    actor text, primary key (customer_id, id)) partition by range (id);
  create table public.events_low partition of public.events for values from (0) to (100);
  create table public.events_high partition of public.events for values from (100) to (1000);
  create table public.uploads (customer_id bigint not null references public.customers, id serial primary key,
    content bytea, tags text[], ratio float8, period interval, size int generated always as (length(content)) stored);
  create sequence public.receipts;
  alter table public.uploads add receipt numeric(20) not null default nextval('public.receipts');
  alter sequence public.receipts owned by public.uploads.receipt;
  create table public.old_uploads (archived date) inherits (public.uploads);
  alter table public.old_uploads add foreign key (customer_id) references public.customers;
  alter table public.customers add main_upload int references public.uploads deferrable initially immediate;
  create index on public.uploads (customer_id);
  create index on public.old_uploads (customer_id);`;

const furtherRows = `
  insert into public.teams (name, parent_id) values ('all', null), ('sales', 1), ('spare', null);
  insert into public.plans values (1, 2), (2, 3);
  insert into public.users (email, full_name, password_hash, team_id, plan_id) values
    ('owner3@example.com', e'a\\u2028b\\r\\nc\\t"d\\\\', 'x', 1, 1), ('loner@example.com', 'Loner', 'x', 3, 2);
  insert into public.customers (owner_user_id, name, white_label_config) values (3, 'Customer 3', '{"a": [1, null]}');
  insert into public.sites (customer_id, name, domain, cloud_provider, region)
    select 3, 'Site ' || n, 'site' || n || '.example.com', 'aws', 'eu-west-1' from generate_series(1, 2500) as n;
  insert into public.deployments (customer_id, site_id, terraform_plan)
    select 3, (select max(id) from public.sites), (select string_agg(md5(n::text), '') from generate_series(1, 20000) as n)
      from generate_series(1, 3);
  insert into public.cost_records (customer_id, site_id, cost_date, amount, currency)
    select 3, (select max(id) from public.sites), '2026-01-01', -1.5, 'EUR';
  insert into public.events select c, n, 'note', now(), null from (values (1), (3)) as v (c), generate_series(50, 150) as n;
  select setval('public.receipts', 5000000000);
  insert into public.uploads (customer_id, content, tags, ratio, period) values (1, 'mine', null, 1, null),
    (3, '\\x00ff', '{"a,b",NULL}', 1 / 3.0, '-1 day 02:03');
  insert into public.old_uploads (customer_id, content, archived) values (2, 'x', '2020-01-01'), (3, 'y', '2020-01-01');
  update public.customers set main_upload = (select id from public.uploads where content = '\\x00ff') where id = 3;`;

/** @returns the tenant tables, with the further ones */
async function addTables(database: TenantDatabase): Promise<Tenancy["tables"]> {
  const { owner, application, backup, tenancy } = database;
  await database.run(`set role ${owner.user}; ${furtherTables}`);
  const tables = ["events", "uploads", "old_uploads"].map((table) => {
    return { schema: "public", table, column: "customer_id" };
  });
  const tenantTables = [...tenancy.tables, ...tables];
  await applyRowLevelSecurity(owner, {
    tenancy: { ...tenancy, tables: tenantTables },
    owner: owner.user,
  });
  await database.run(`
    grant select, insert, update, delete on all tables in schema public to ${application.user};
    grant select on all tables in schema public to ${backup.user}`);
  return tenantTables;
}

/** Never aborted. */
const signal = new AbortController().signal;
export const quiet = { onRows: () => undefined, signal };

export const contextOf = (customer: string) => ({
  "app.current_customer_id": customer,
  "app.current_user_role": "customer",
});

/** Two databases with the same tables; customer 3 is in the first one alone, which `file` has been dumped of. */
export type Customers = Awaited<ReturnType<typeof makeCustomers>>;

/** Makes them. The caller removes them. */
export async function makeCustomers() {
  const [source, target] = await Promise.all([
    createTenantDatabase("session"),
    createTenantDatabase("session"),
  ]);
  const [tenantTables] = await Promise.all([addTables(source), addTables(target)]);
  await source.run(furtherRows);
  // How values look by default must not matter.
  for (const setting of [
    "datestyle = 'SQL, DMY'",
    "intervalstyle = sql_standard",
    "bytea_output = escape",
    "extra_float_digits = -10",
  ])
    await source.run(`alter role ${source.backup.user} set ${setting}`);
  await target.run(`alter role ${target.application.user} set datestyle = 'SQL, MDY'`);
  await target.run("delete from public.deployments where customer_id = 2");
  await target.keep();
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-customer-"));
  const file = join(folder, "3.dump");
  const dump = (customer: string, to: string, from = source) =>
    dumpCustomer(from.backup, to, { customer, tenantTables }, quiet);
  await dump("3", file);
  return {
    ...{ source, target, folder, file, tenantTables, dump },
    load: async (
      from: string,
      into = target,
      more: Record<string, string> = {},
      onRows: OnRows = () => undefined,
      until = signal,
    ) => {
      const head = await readCustomerHead(from);
      if (head === undefined) throw new Error(`${from} is no customer's`);
      return loadCustomer(
        from,
        head,
        {
          tenantTables,
          application: into.application,
          context: { ...contextOf(head.customer), ...more },
          reader: into.backup,
          migrator: into.owner,
          owner: into.owner.user,
        },
        { onRows, signal: until },
      );
    },
    /** Every row that a customer has, by table, as the superuser sees it. */
    everythingOf: async (database: TenantDatabase, customer: string) => {
      const entries = tenantTables.map(async ({ table, column }) => {
        const sql = `select tableoid::regclass::text as part, t::text as row from public.${table} as t where ${column} = ${customer} order by 2`;
        return [table, await rowsOf(database.superuser, sql)] as const;
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    remove: async () => {
      await rm(folder, { recursive: true });
      await Promise.all([source.drop(), target.drop()]);
    },
  };
}

/** How many rows a FROM clause has. */
export const count = async (database: TenantDatabase, sql: string) =>
  (await rowsOf<{ n: number }>(database.superuser, `select count(*)::int as n from ${sql}`))[0]?.n;
