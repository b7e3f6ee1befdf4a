import { afterAll, beforeAll, expect, test } from "vitest";

import { asRole, customer } from "../../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { comingMigration, shippedMigrations, shippedVersion } from "../shippedMigrations";
import { makeProject } from "./makeProject";
import type { Project } from "./project";

let project: Project;

beforeAll(async () => {
  project = await makeProject({ proof: true });
});
afterAll(() => project.remove());

async function addMigration(name: string, up: string, down: string): Promise<void> {
  await project.write(`migrations/${name}.up.sql`, up);
  await project.write(`migrations/${name}.down.sql`, down);
}

async function applied(): Promise<string[]> {
  const rows = await project.query<{ name: string }>(
    "select name from hosterizer.schema_migrations order by id",
  );
  return rows.map(({ name }) => name);
}

const next = comingMigration("create_live_sites_view");
const notesTable = comingMigration("create_notes_table", 2);
const ticketsTable = comingMigration("create_tickets_table", 3);
const broken = `create view public.live_sites as
select id, customr_id
from public.sites
where deleted_at is null;
`;

test("a broken migration fails up with file, line, caret and hint, after the earlier ones are applied", async () => {
  await addMigration(next, broken, "drop view public.live_sites;\n");

  const { code, output } = await project.npm("up");

  expect(code).toBe(1);
  expect(output).toContain(`migrations/${next}.up.sql:2:12`);
  expect(output).toContain('column "customr_id" does not exist');
  expect(output).toMatch(/ 2 \| select id, customr_id\n +\| {12}\^\n/);
  expect(output).toContain('Perhaps you meant to reference the column "sites.customer_id"');
  expect(output).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  expect(await applied()).toEqual(shippedMigrations);
});

test("the next up applies only the repaired migration", async () => {
  await addMigration(next, broken.replace("customr", "customer"), "drop view public.live_sites;\n");

  const up = await project.succeed("up");

  expect(up).toContain(`${next} …`);
  for (const name of shippedMigrations) expect(up).not.toContain(`${name} …`);
  expect(up).toMatch(new RegExp(`^ +schema version +${shippedVersion + 1}$`, "m"));
  expect((await applied()).at(-1)).toBe(next);
});

test("preview lists the pending migrations, and applies none", async () => {
  await addMigration(
    notesTable,
    "create table public.notes (id bigint generated always as identity primary key, body text not null);\n",
    "drop table public.notes;\n",
  );
  await addMigration(
    ticketsTable,
    `create table public.tickets (
       id bigint generated always as identity primary key,
       customer_id bigint not null references public.customers (id),
       subject text not null
     );
     create index tickets_customer_id_idx on public.tickets (customer_id);
     `,
    "drop table public.tickets;\n",
  );
  await project.edit(
    "database/tenancy.ts",
    "  tables: [\n",
    '  tables: [\n    { schema: "public", table: "tickets", column: "customer_id" },\n',
  );

  const { output } = await project.npm("preview");

  expect(output).toMatch(new RegExp(`^ {4}pending: ${notesTable}$`, "m"));
  expect(output).toMatch(new RegExp(`^ {4}pending: ${ticketsTable}$`, "m"));
  // Nothing has drifted since the last up.
  expect(output).not.toMatch(/^up (?:repairs|refuses|leaves)/m);
  expect(await applied()).toHaveLength(shippedVersion + 1);
});

test("a new tenant table is closed to applications until it has its policies", async () => {
  await project.query(twoCustomers);

  const output = await project.succeed("up", "--", "--target", "**:Migrations::schema");
  expect(output).toMatch(
    /No tenant sees another's rows, but \d+ attempts that should succeed fail/,
  );
  await project.query(
    "insert into public.tickets (customer_id, subject) select n, 'x' from generate_series(1, 2) as n",
  );

  const privileges = await project.query(
    "select has_table_privilege('app_user', 'public.tickets', 'SELECT') as granted",
  );
  expect(privileges).toEqual([{ granted: false }]);
  await expect(tickets(1)).rejects.toMatchObject({ code: "42501" });
});

test("after a complete up, the table shows each customer its own rows", async () => {
  await project.succeed("up");

  expect(await tickets(1)).toEqual([{ customer_id: "1" }]);
  expect(await tickets(2)).toEqual([{ customer_id: "2" }]);
  expect(await tickets(3)).toEqual([]);
});

test("the application and readers get the same privileges on a new table as on others", async () => {
  await project.query("insert into public.notes (body) values ('kept')", "app_user");

  const write = project.query("insert into public.notes (body) values ('refused')", "app_readonly");
  await expect(write).rejects.toMatchObject({ code: "42501" });
  expect(await project.query("select body from public.notes", "app_readonly")).toEqual([
    { body: "kept" },
  ]);
});

test("another up changes nothing", async () => {
  expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n/);
});

async function tickets(id: number): Promise<object[]> {
  return asRole(await project.connection("app_user"), customer(id), async (session) => {
    const { rows } = await session.query<object>("select customer_id from public.tickets");
    return rows;
  });
}
