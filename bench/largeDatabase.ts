import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TenantTable } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { createDeclaredDatabase } from "../packages/postgres/test/integration/convergence/declaredDatabase";

const tables = 1_000;
/** Each has two policies: what its customer sees, and what backups read. */
const tenantTables = 100;

/** A large database as `up` would leave it, and its declaration. It is removed with its server. */
export async function createLargeDatabase() {
  const directory = await mkdtemp(join(tmpdir(), "hosterizer-bench-"));
  const remove = () => rm(directory, { recursive: true });
  try {
    await writeFile(join(directory, "000001_tables.up.sql"), createTables());
    await writeFile(join(directory, "000001_tables.down.sql"), "select 1;\n");
    const declared = Array.from({ length: tenantTables }, (_, index) => tenantTable(index));
    const database = await createDeclaredDatabase(directory, 1, declared);
    // As autovacuum leaves a database a minute later.
    await database.run("vacuum analyze");
    return { ...database, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function tenantTable(index: number): TenantTable {
  return { schema: "public", table: nameOf(index), column: "customer_id" };
}

function nameOf(index: number): string {
  return `table_${String(index).padStart(4, "0")}`;
}

/**
 * Twelve columns and three indexes each; tenant tables first. A loop, so that the folder of the migrations is small: how long
 * it takes to read that is another question.
 */
function createTables(): string {
  return `do $tables$
declare
  name text;
  kind text;
begin
  for number in 0 .. ${tables - 1} loop
    name := 'table_' || pg_catalog.lpad(number::text, 4, '0');
    kind := case when number < ${tenantTables} then 'customer_id' else 'parent_id' end;
    execute pg_catalog.format($table$
      create table public.%1$s (
        id bigint generated always as identity,
        %2$s bigint not null,
        name text not null,
        status text not null default 'active',
        amount numeric(14, 4) not null default 0,
        currency text not null default 'EUR',
        configuration jsonb not null default '{}',
        started_at timestamptz,
        finished_at timestamptz,
        note text,
        created_at timestamptz not null default pg_catalog.now(),
        updated_at timestamptz not null default pg_catalog.now(),
        constraint %1$s_pkey primary key (id),
        constraint %1$s_%2$s_fkey foreign key (%2$s) references public.%3$s (id),
        constraint %1$s_status_check check (status in ('active', 'closed'))
      );
      create index %1$s_%2$s_idx on public.%1$s (%2$s, created_at);
      create index %1$s_name_idx on public.%1$s (pg_catalog.lower(name)) where finished_at is null;
      comment on table public.%1$s is 'A table like others'$table$,
      name, kind, case kind when 'customer_id' then '${nameOf(0)}' else '${nameOf(tenantTables)}' end);
  end loop;
end $tables$;
`;
}
