import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { readCustomerHead } from "../../../../src/backup/customer/customerFile";
import { dumpCustomer, type OnRows } from "../../../../src/backup/customer/dumpCustomer";
import { loadCustomer } from "../../../../src/backup/customer/loadCustomer";
import { isLostConnection } from "../../../../src/connection/connectionFailure";
import { applyRowLevelSecurity } from "../../../../src/rowLevelSecurity/rowLevelSecurity";
import type { Tenancy } from "../../../../src/rowLevelSecurity/tenancy";
import { createTenantDatabase, signWith } from "../../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../../testDatabase";
import { endSessions } from "../endSessions";
import { onSmallDisk } from "../onSmallDisk";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

let source: TenantDatabase;
let target: TenantDatabase;
let folder: string;
let file: string;
let tenantTables: Tenancy["tables"];

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

async function addTables(database: TenantDatabase): Promise<void> {
  const { owner, application, backup, tenancy } = database;
  await database.run(`set role ${owner.user}; ${furtherTables}`);
  const tables = ["events", "uploads", "old_uploads"].map((table) => {
    return { schema: "public", table, column: "customer_id" };
  });
  tenantTables = [...tenancy.tables, ...tables];
  await applyRowLevelSecurity(owner, {
    tenancy: { ...tenancy, tables: tenantTables },
    owner: owner.user,
  });
  await database.run(`
    grant select, insert, update, delete on all tables in schema public to ${application.user};
    grant select on all tables in schema public to ${backup.user}`);
}

const signal = new AbortController().signal;
const quiet = { onRows: () => undefined, signal };

beforeAll(async () => {
  [source, target] = await Promise.all([
    createTenantDatabase("session"),
    createTenantDatabase("session"),
  ]);
  await Promise.all([addTables(source), addTables(target)]);
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
  folder = await mkdtemp(join(tmpdir(), "hosterizer-customer-"));
  file = join(folder, "3.dump");
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await Promise.all([source.drop(), target.drop()]);
});

const dump = (customer: string, to: string, from = source) =>
  dumpCustomer(from.backup, to, { customer, tenantTables }, quiet);

const contextOf = (customer: string) => ({
  "app.current_customer_id": customer,
  "app.current_user_role": "customer",
});

async function load(
  from: string,
  into = target,
  more: Record<string, string> = {},
  onRows: OnRows = () => undefined,
  until = signal,
) {
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
}

/** Every row that a customer has, by table, as the superuser sees it. */
async function everythingOf(database: TenantDatabase, customer: string) {
  const entries = tenantTables.map(async ({ table, column }) => {
    const sql = `select tableoid::regclass::text as part, t::text as row from public.${table} as t where ${column} = ${customer} order by 2`;
    return [table, await rowsOf(database.superuser, sql)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const count = async (database: TenantDatabase, sql: string) =>
  (await rowsOf<{ n: number }>(database.superuser, `select count(*)::int as n from ${sql}`))[0]?.n;

describe("the dump of a customer", () => {
  beforeAll(async () => {
    await dump("3", file);
  });

  test("has this customer's rows alone, of every table", async () => {
    const again = join(folder, "again.dump");
    const counts = Object.fromEntries(
      (await dump("3", again)).map(({ table, rows }) => [table, rows]),
    );
    expect(counts).toEqual({
      "public.teams": 2,
      "public.plans": 1,
      "public.users": 1,
      "public.customers": 1,
      "public.sites": 2500,
      "public.deployments": 3,
      "public.ecommerce_integrations": 0,
      "public.cost_records": 1,
      "public.events": 101,
      "public.uploads": 1,
      "public.old_uploads": 1,
    });
    for (const { table, column } of tenantTables) {
      // Those of the children are counted there.
      const from = table === "events" ? table : `only public.${table}`;
      const of3 = await count(
        source,
        `${from.replace(/^events$/, "public.events")} where ${column} = 3`,
      );
      expect([table, counts[`public.${table}`]]).toEqual([table, of3]);
    }
    const text = gunzipSync(await readFile(file)).toString();
    expect(text).not.toMatch(/user[12]@example\.com|loner|spare|Customer [12]/);
    expect(text.split("\n").length).toBe(2 + 2612 + 1);
  });

  test("can be read by its owner alone, and overwrites nothing", async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(dump("1", file)).rejects.toThrow(/3\.dump exists already/);
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("has all rows as they were at one moment", async () => {
    const moving = join(folder, "moving.dump");
    let written = false;
    await dumpCustomer(
      source.backup,
      moving,
      { customer: "2", tenantTables },
      {
        ...quiet,
        onRows: () => {
          if (!written) void source.run("insert into public.events values (2, 7, 'late')");
          written = true;
        },
      },
    );
    await expect.poll(() => count(source, "public.events where customer_id = 2")).toBe(1);
    expect(gunzipSync(await readFile(moving)).toString()).not.toContain("late");
  });

  test("of one that does not exist is refused, and leaves nothing", async () => {
    const missing = join(folder, "missing.dump");
    await expect(dump("4711", missing)).rejects.toThrow(/There is no customer 4711/);
    expect(existsSync(missing)).toBe(false);
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("leaves nothing when its connection is cut", async () => {
    let cut: Promise<void> | undefined;
    const running = dumpCustomer(
      source.backup,
      join(folder, "cut.dump"),
      { customer: "3", tenantTables },
      {
        ...quiet,
        onRows: (_, rows) => {
          if (rows > 100) cut ??= endSessions(source, source.backup.user);
        },
      },
    );
    await expect(running).rejects.toSatisfy(isLostConnection);
    await cut;
    expect((await readdir(folder)).filter((name) => /cut|^\./.test(name))).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0)("leaves nothing on a disk that is full", async () => {
    await onSmallDisk(async (disk) => {
      const full = dump("3", join(disk, "full.dump"));
      await expect(full).rejects.toMatchObject({ name: "UserError" });
      await expect(full).rejects.toThrow(/full\.dump cannot be written: ENOSPC/);
      expect(await readdir(disk)).toEqual([]);
    });
  });

  test("ends when it is interrupted, and leaves nothing", async () => {
    const interrupted = new AbortController();
    const partial = join(folder, "partial.dump");
    const running = dumpCustomer(
      source.backup,
      partial,
      { customer: "3", tenantTables },
      {
        onRows: (_, rows) => {
          if (rows > 100) interrupted.abort();
        },
        signal: interrupted.signal,
      },
    );
    await expect(running).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => /partial|^\./.test(name))).toEqual([]);
  });
});

describe("a customer that the database does not have", () => {
  beforeAll(async () => {
    if (!existsSync(file)) await dump("3", file);
  });
  beforeEach(() => target.reset());

  test("is loaded with exactly its rows, and the next ones get new numbers", async () => {
    const loaded = await load(file);

    expect(await everythingOf(target, "3")).toEqual(await everythingOf(source, "3"));
    expect(loaded.find(({ table }) => table === "public.teams")).toMatchObject({
      rows: 2,
      present: 0,
    });
    const settings = contextOf("3");
    for (const into of [
      "public.sites (customer_id, name, domain, cloud_provider, region) values (3, 'n', 'n.example.com', 'aws', 'x')",
      "public.teams (name) values ('new')",
      "public.users (email, full_name, password_hash) values ('new@example.com', 'n', 'x')",
    ])
      await rowsOf(target.application, `insert into ${into}`, settings);
    await target.run("insert into public.uploads (customer_id) values (3)");
    expect(await count(target, "only public.uploads where receipt > 5000000000")).toBe(2);
  });

  test("reuses rows of tables of no tenant that are the same", async () => {
    await load(file);
    await target.run("update public.customers set main_upload = null");
    await target.run(
      "delete from public.cost_records where customer_id = 3; delete from public.deployments where customer_id = 3",
    );
    for (const table of ["uploads", "events", "sites"])
      await target.run(`delete from public.${table} where customer_id = 3`);
    await target.run("delete from public.customers where id = 3");
    const loaded = await load(file);
    expect(loaded.filter(({ present }) => present > 0)).toEqual([
      { table: "public.teams", rows: 2, present: 2 },
      { table: "public.plans", rows: 1, present: 1 },
      { table: "public.users", rows: 1, present: 1 },
    ]);
  });

  test("is loaded with signed contexts as well", async () => {
    const signed = await createTenantDatabase("session", "signed");
    try {
      const own = join(folder, "signed.dump");
      const tables = signed.tenancy.tables;
      await dumpCustomer(signed.backup, own, { customer: "1", tenantTables: tables }, quiet);
      for (const table of ["deployments", "ecommerce_integrations", "cost_records", "sites"])
        await signed.run(`delete from public.${table} where customer_id = 1`);
      await signed.run("delete from public.customers where id = 1");
      const head = await readCustomerHead(own);
      if (head === undefined) throw new Error("no head");
      const expires = new Date(Date.now() + 60_000);
      const token = signWith(signed.keys)?.({ userRole: "customer", customerId: "1", expires });
      const loading = (context: Record<string, string>) =>
        loadCustomer(
          own,
          head,
          {
            ...{ tenantTables: tables, application: signed.application, context },
            ...{ reader: signed.backup, migrator: signed.owner, owner: signed.owner.user },
          },
          quiet,
        );

      await expect(loading(contextOf("1"))).rejects.toThrow(/row-level security refuses/);
      await loading({ ...contextOf("1"), "app.context": String(token) });
      expect(await count(signed, "public.sites where customer_id = 1")).toBe(1);
    } finally {
      await signed.drop();
    }
  });
});

describe("nothing is changed by", () => {
  const changed = join(tmpdir(), `hosterizer-changed-${process.pid}.dump`);
  beforeAll(async () => {
    if (!existsSync(file)) await dump("3", file);
    await target.reset();
  });
  afterAll(() => rm(changed, { force: true }));

  /** The same file after a change to its lines. */
  async function edited(change: (lines: string[]) => string[]) {
    const lines = gunzipSync(await readFile(file))
      .toString()
      .trimEnd()
      .split("\n");
    await writeFile(changed, gzipSync(`${change(lines).join("\n")}\n`));
    return changed;
  }

  /** Gives the first row of a table other values, by column. */
  const withValues = (table: string, values: Record<string, string | null>) =>
    edited((lines) => {
      const head = JSON.parse(lines[0] ?? "") as {
        tables: { table: string; columns: string[] }[];
      };
      const number = head.tables.findIndex((each) => each.table === table);
      const at = lines.findIndex((line) => line.startsWith(`[${number},`));
      const row = JSON.parse(lines[at] ?? "") as unknown[];
      for (const [column, value] of Object.entries(values))
        row[1 + (head.tables[number]?.columns.indexOf(column) ?? 0)] = value;
      return lines.with(at, JSON.stringify(row));
    });

  async function refused(from: Promise<string> | string, says: RegExp): Promise<void> {
    const before = await everythingAtAll();
    const loading = load(await from);
    await expect(loading).rejects.toMatchObject({ name: "UserError" });
    await expect(loading).rejects.toThrow(says);
    expect(await everythingAtAll()).toEqual(before);
  }

  async function everythingAtAll() {
    const tables = [...tenantTables.map(({ table }) => table), "users", "teams", "plans"];
    return Promise.all(
      tables.map((table) =>
        rowsOf(target.superuser, `select t::text from public.${table} as t order by 1`),
      ),
    );
  }

  test("a row of another customer", async () => {
    await refused(
      withValues("sites", { customer_id: "1" }),
      /rows of public\.sites that are not customer 3's: row-level security refuses/,
    );
  });

  test("another customer's number in the head", async () => {
    await refused(
      edited(([head = "", ...rest]) => [head.replace('"customer":"3"', '"customer":"9"'), ...rest]),
      /not customer 9's/,
    );
  });

  test("a customer that exists", async () => {
    const own = join(folder, "1.dump");
    await dump("1", own);
    await refused(own, /public\.customers has rows of customer 1 already/);
  });

  test("a key that is taken, with its name and value", async () => {
    await refused(withValues("sites", { id: "2" }), /public\.sites has another row with id = 2\./);
  });

  test("a key of an index on an expression that is taken", async () => {
    await refused(
      withValues("users", { email: "USER1@example.com" }),
      /public\.users has another row with lower\(email\) = user1@example\.com\./,
    );
  });

  test("a row of a table of no tenant that has other content here", async () => {
    await target.run(
      "insert into public.teams (id, name) overriding system value values (2, 'other')",
    );
    await refused(file, /public\.teams has another row with id = 2\./);
    await target.run("delete from public.teams");
  });

  test("the same row twice", async () => {
    await refused(
      edited((lines) => {
        const at = lines.findIndex((line) => line.startsWith("[0,"));
        return [
          ...lines.slice(0, at),
          lines[at] ?? "",
          ...lines.slice(at, -1),
          (lines.at(-1) ?? "").replace(/\[2,/, "[3,"),
        ];
      }),
      /two rows of public\.teams with the same key teams_pkey/,
    );
  });

  test("a row of a table of no tenant that no other refers to", async () => {
    await refused(
      edited((lines) => {
        const at = lines.findIndex((line) => line.startsWith("[0,"));
        const stray = (lines[at] ?? "").replace(/^\[0,"\d+"/, '[0,"77"');
        return [
          ...lines.slice(0, at),
          stray,
          ...lines.slice(at, -1),
          (lines.at(-1) ?? "").replace(/\[2,/, "[3,"),
        ];
      }),
      /3 rows of public\.teams, and customer 3 refers to 2/,
    );
  });

  test.each([
    [
      "a value that no column of this type has",
      { created_at: "yesterday-ish" },
      /refuses: .*yesterday-ish/,
    ],
    ["a value that a constraint refuses", { region: "" }, /sites_region_check/],
    ["no value where one is needed", { name: null }, /null value in column/],
    [
      "a number that would use up a sequence",
      { id: "9223372036854775806" },
      /id = 9223372036854775806 of public\.sites would use up the sequence/,
    ],
    [
      "a number that would move a sequence beyond half of 2^53",
      { id: String(2n ** 52n + 1n) },
      /id = 4503599627370497 of public\.sites .* at most 4503599627370496/,
    ],
  ])("%s", async (_, values, says) => {
    await refused(withValues("sites", values), says);
  });

  test("a row that refers to one that is missing", async () => {
    await refused(
      withValues("deployments", { site_id: "4711" }),
      /a row of public\.deployments that the database refuses: [^]*deployments_site_id_customer_id_fkey/,
    );
  });

  test("a deferred key that refers to one that is missing", async () => {
    await refused(
      withValues("customers", { main_upload: "4711" }),
      /a row of customers that the database refuses: [^]*customers_main_upload_fkey/,
    );
  });

  test("a table that the application may not write", async () => {
    const { user } = target.application;
    await target.run(`revoke insert on public.users from ${user}`);
    await refused(file, /may not write public\.users/);
    await target.run(`grant insert on public.users to ${user}`);
  });

  test("a value that is too long", async () => {
    await refused(withValues("events", { note: "longer" }), /value too long/);
  });

  test.each([
    [
      "a column that does not exist",
      '"domain"',
      '"domein"',
      /public\.sites has no column domein here/,
    ],
    [
      "a table that is no tenant's",
      '"cost_records"',
      '"policies"',
      /public\.policies is not a table of customers/,
    ],
    [
      "another schema version",
      '"migrations":[]',
      '"migrations":[{"name":"000099_later","sha256":null}]',
      /another schema version: its last migration is 000099_later, and here it is none/,
    ],
    ["a later format", '"version":1', '"version":2', /has version 2 of its format/],
  ])("%s", async (_, from, to, says) => {
    await refused(
      edited(([head = "", ...rest]) => [head.replace(from, to), ...rest]),
      says,
    );
  });

  test.each([0.3, 0.9, 0.999])("a file that was cut off after %d of its bytes", async (part) => {
    await writeFile(changed, await readFile(file));
    await truncate(changed, Math.floor((await stat(file)).size * part));
    await refused(changed, /is damaged/);
  });

  test("a connection that is cut", async () => {
    let cut: Promise<void> | undefined;
    const before = await everythingAtAll();
    const loading = load(file, target, {}, (table, rows) => {
      if (table === "public.sites" && rows > 0)
        cut ??= endSessions(target, target.application.user);
    });
    await expect(loading).rejects.toSatisfy(isLostConnection);
    await cut;
    expect(await everythingAtAll()).toEqual(before);
  });

  test("an interruption", async () => {
    const interrupted = new AbortController();
    const before = await everythingAtAll();
    const loading = load(
      file,
      target,
      {},
      (_, rows) => {
        if (rows > 0) interrupted.abort();
      },
      interrupted.signal,
    );
    await expect(loading).rejects.toThrow();
    expect(await everythingAtAll()).toEqual(before);
  });

  test("a file without its last line", async () => {
    await refused(
      edited((lines) => lines.slice(0, -1)),
      /its end is missing/,
    );
  });

  test("a file without one of its rows", async () => {
    await refused(
      edited((lines) => lines.toSpliced(5, 1)),
      /rows are missing/,
    );
  });

  test("a file with more after its end", async () => {
    await refused(
      edited((lines) => [...lines, lines[1] ?? ""]),
      /a line that is not a row/,
    );
  });
});

test.each([
  ["an empty file", ""],
  ["a text", "select 1;\n"],
  ["another compressed file", gzipSync("select 1;\n")],
  ["JSON of something else", gzipSync('{"a": 1}\n')],
])("%s is known not to be a customer's", async (_, content) => {
  const other = join(folder, "other");
  await writeFile(other, content);
  expect(await readCustomerHead(other)).toBeUndefined();
});

/** A file that is a thousandth of what it is decompressed. */
const swelling = (start: string, megabytes: number) => {
  const megabyte = gzipSync(Buffer.alloc(2 ** 20));
  return Buffer.concat([gzipSync(start), ...Array.from({ length: megabytes }, () => megabyte)]);
};

test("a file that swells is not read further than to what it is", async () => {
  const other = join(folder, "other");
  await writeFile(other, swelling("", 600));
  expect(await readCustomerHead(other)).toBeUndefined();

  await writeFile(other, swelling('{"format":"hosterizer-database customer",', 600));
  await expect(readCustomerHead(other)).rejects.toThrow(/damaged: it has a line that is too long/);
});
