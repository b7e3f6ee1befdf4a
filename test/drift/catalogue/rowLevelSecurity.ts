import type { DriftCase } from "../driftCase";

/** Deletes an object's row from the recorded schema, as if a migration had removed the object. The row is kept aside. */
function forget(identity: string, aside: string): string {
  return `create schema ${aside};
    create table ${aside}.recorded as select * from hosterizer.schema_objects where identity = '${identity}';
    delete from hosterizer.schema_objects where identity = '${identity}'`;
}

/** Undoes `forget`. */
function remember(identity: string, aside: string): string {
  return `delete from hosterizer.schema_objects where identity = '${identity}';
    insert into hosterizer.schema_objects select * from ${aside}.recorded;
    drop schema ${aside} cascade`;
}

const nullable = "public.sites.customer_id";
const index = "public.deployments_customer_id_site_id_created_at_idx";
const foreignKey = "cost_records_site_id_customer_id_fkey on public.cost_records";
const byMigration =
  "This happens if a migration removed it. If it was removed by hand, that is drift of the schema, and `up` restores it.";

const reset =
  "`up` discards what was collected. On an existing server, whose deploy role is no superuser, that locks the table while its checks are read.";

/** Row-level security that is missing, or that shows rows to the wrong roles. */
export const rowLevelSecurity: readonly DriftCase[] = [
  {
    kind: "row-level security disabled",
    what: "row-level security is disabled on a tenant table",
    break: "alter table public.cost_records disable row level security",
    says: "table public.cost_records: found row-level security disabled, expected row-level security enabled",
    up: "repairs",
  },
  {
    kind: "row-level security not forced",
    what: "row-level security no longer binds the owner",
    break: "alter table public.ecommerce_integrations no force row level security",
    says: "table public.ecommerce_integrations: found row-level security not forced, expected row-level security forced",
    up: "repairs",
  },
  {
    kind: "policy missing",
    what: "a policy is dropped",
    break: "drop policy context_sees_own on public.sites",
    says: "policy context_sees_own on public.sites is missing, expected PERMISSIVE FOR ALL TO",
    up: "repairs",
    note: "Until then no tenant sees a row.",
  },
  {
    kind: "policy added",
    what: "a policy is added beside ours, and opens the table",
    break: "create policy open on public.deployments using (true)",
    says: "policy open on public.deployments is not declared, found PERMISSIVE FOR ALL TO public USING true",
    up: "repairs",
    note: "Permissive policies add up, so every undeclared one is dropped.",
  },
  {
    kind: "column statistics",
    what: "the planner collects values of a sensitive column",
    break: "alter table public.sites alter column name set statistics 200",
    says: "column public.sites.name: found up to 200 values, expected no values in the planner's statistics: EXPLAIN shows other tenants' values, by its estimates",
    up: "repairs",
    note: reset,
  },
  {
    kind: "index statistics",
    what: "the planner collects values of an index's expression over a sensitive column",
    break:
      "alter index public.sites_customer_id_lower_domain_key alter column 2 set statistics 100",
    says: "index public.sites_customer_id_lower_domain_key, column 2: found up to 100 values, expected no values in the planner's statistics",
    up: "repairs",
    note: "A migration that changes the type of a column resets this for its indexes.",
  },
  {
    kind: "extended statistics",
    what: "the planner collects combinations of a sensitive column's values",
    break:
      "set role hosterizer_owner; create statistics public.site_names on name, region from public.sites; reset role",
    says: "statistics public.site_names: found the default number of values, expected no values in the planner's statistics",
    up: "repairs",
  },
  {
    kind: "policy expression",
    what: "a policy shows every row",
    break: "alter policy context_sees_own on public.customers using (true)",
    says: "policy context_sees_own on public.customers: found USING true, expected USING (tenancy.acts_as(",
    up: "repairs",
  },
  {
    kind: "policy expression",
    what: "a policy allows writes to another tenant's rows",
    break: "alter policy context_sees_own on public.deployments with check (true)",
    says: "policy context_sees_own on public.deployments: found WITH CHECK true, expected WITH CHECK (tenancy.acts_as(",
    up: "repairs",
  },
  {
    kind: "policy roles",
    what: "a policy names its role",
    break: "alter policy backup_reads_all on public.sites to app_backup",
    says: "policy backup_reads_all on public.sites: found TO app_backup, expected TO public",
    up: "repairs",
    note: "It asks for the role in its expression: before PostgreSQL 15.20, a role can remove itself from TO with DROP OWNED.",
  },
  {
    kind: "policy expression",
    what: "a policy for backups is given to everyone",
    break: "alter policy backup_reads_all on public.sites using (true)",
    says: "policy backup_reads_all on public.sites: found USING true, expected USING tenancy.acts_as('{app_backup}'::name[])",
    up: "repairs",
  },
  {
    kind: "policy command",
    what: "a read policy also allows writes",
    break: `drop policy backup_reads_all on public.customers;
      create policy backup_reads_all on public.customers using (tenancy.acts_as('{app_backup}'))`,
    says: "policy backup_reads_all on public.customers: found FOR ALL, expected FOR SELECT",
    up: "repairs",
  },
  {
    kind: "policy permissive",
    what: "a policy is made restrictive",
    break: `drop policy backup_reads_all on public.cost_records;
      create policy backup_reads_all on public.cost_records as restrictive for select
        using (tenancy.acts_as('{app_backup}'))`,
    says: "policy backup_reads_all on public.cost_records: found RESTRICTIVE, expected PERMISSIVE",
    up: "repairs",
  },
  {
    kind: "context function missing",
    what: "a context function is dropped",
    break: "drop function tenancy.current_customer_id()",
    says: "function tenancy.current_customer_id() is missing, expected returns bigint",
    up: "repairs",
  },
  {
    kind: "context function body",
    what: "a function says that everyone is an administrator",
    break: `create or replace function tenancy.is_administrator() returns boolean
      language sql stable parallel safe as 'select true'`,
    says: "function tenancy.is_administrator(): found language sql, body select true, expected language plpgsql",
    up: "repairs",
  },
  {
    kind: "context function attribute",
    what: "a function is made volatile, so that it runs once per row",
    break: "alter function tenancy.lowest_customer_id() volatile",
    says: "function tenancy.lowest_customer_id(): found VOLATILE, expected STABLE",
    up: "repairs",
  },
  {
    kind: "context function owner",
    what: "a function is given to another owner",
    break: "alter function tenancy.highest_customer_id() owner to postgres",
    says: "function tenancy.highest_customer_id(): found owner postgres, expected owner hosterizer_owner",
    up: "repairs",
    note: "It is recreated, and so are the policies that call it. In between, no tenant sees a row.",
  },
  {
    kind: "context function executor",
    what: "another role may execute a context function",
    break: "grant execute on function tenancy.is_administrator() to app_monitor",
    says: "privilege of app_monitor on function tenancy.is_administrator() is not declared, found EXECUTE",
    up: "repairs",
  },
  {
    kind: "context function executor",
    what: "the application may not execute what its policies call",
    break: "revoke execute on function tenancy.lowest_customer_id() from app_user",
    says: "privilege of app_user on function tenancy.lowest_customer_id() is missing, expected EXECUTE",
    up: "repairs",
  },
  {
    kind: "context function result",
    what: "a function is recreated with another result",
    break: `drop function tenancy.current_customer_id();
      create function tenancy.current_customer_id() returns text
      language sql stable parallel safe as 'select null::text'`,
    says: "function tenancy.current_customer_id(): found returns text, expected returns bigint",
    up: "repairs",
    round: 2,
  },
  {
    kind: "tenant table not declared",
    what: "an undeclared table refers to a tenant",
    break: `create schema billing;
      create table billing.invoices (payer bigint references public.customers (id))`,
    says: "table billing.invoices is not declared, found foreign key invoices_payer_fkey to tenant table public.customers",
    up: "refuses",
    undo: "drop schema billing cascade",
    note: "Declare it in `database/tenancy.ts`, or exempt it there with a reason: see [tenancy](tenancy.md).",
  },
  {
    kind: "tenant column without NOT NULL",
    what: "a tenant column may be null",
    break: `alter table public.sites alter column customer_id drop not null;
      ${forget(nullable, "aside_null")};
      insert into hosterizer.schema_objects
      select kind, identity, facts - 'not null', digest from aside_null.recorded`,
    says: "column public.sites.customer_id: found NULL allowed, expected NOT NULL",
    up: "refuses",
    undo: `alter table public.sites alter column customer_id set not null;
      ${remember(nullable, "aside_null")}`,
    note: byMigration,
  },
  {
    kind: "tenant column without index",
    what: "a tenant column has lost its index",
    break: `drop index ${index}; ${forget(index, "aside_index")}`,
    says: "column public.deployments.customer_id: found no index begins with it, expected first in an index",
    up: "refuses",
    undo: `create index deployments_customer_id_site_id_created_at_idx
      on public.deployments (customer_id, site_id, created_at);
      ${remember(index, "aside_index")}`,
    note: byMigration,
  },
  {
    kind: "tenant column without foreign key",
    what: "a tenant column has lost its foreign key",
    break: `alter table public.cost_records drop constraint cost_records_site_id_customer_id_fkey;
      ${forget(foreignKey, "aside_key")}`,
    says: "column public.cost_records.customer_id: found neither, expected part of a foreign key, or the primary key",
    up: "refuses",
    undo: `alter table public.cost_records add constraint cost_records_site_id_customer_id_fkey
      foreign key (site_id, customer_id) references public.sites (id, customer_id) on delete restrict;
      ${remember(foreignKey, "aside_key")}`,
    note: byMigration,
  },
];
