import { existsSync } from "node:fs";
import { copyFile, readdir, truncate } from "node:fs/promises";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { clientAddress } from "@hosterizer/postgres/connection/connection";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";
import { comingMigration } from "../shippedMigrations";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";
import { readChecksums } from "./readChecksums";
import { tenantRows } from "./tenantRows";

let project: Project;
let data: Record<string, string>;

beforeAll(async () => {
  project = await makeConvergedProject();
  await project.query(tenantRows);
  data = await readChecksums(project);
});
afterAll(() => project.remove());

const db = (...words: string[]) => project.npm("db", "--", ...words);
const databases = async () =>
  (
    await project.query<{ name: string }>(
      "select datname as name from pg_database where not datistemplate order by 1",
    )
  ).map(({ name }) => name);

test("a dump appears in dumps/, which git ignores, and says how large it is", async () => {
  const { code, output } = await db("dump");

  expect(output).toMatch(/^dumps\/local-\d{4}-\d\d-\d\dT\d{6}Z\.dump: \d+ kB, /m);
  expect(code).toBe(0);
  expect(await project.read(".gitignore")).toContain("/dumps/\n");
  await project.shell("mv dumps/*.dump all.dump");
});

describe("a dump of everything", () => {
  test("is not overwritten", async () => {
    const { code, output } = await db("dump", "--file", "all.dump");
    expect(output).toContain("all.dump exists already");
    expect(code).toBe(1);
  });

  test("is restored beside the database, which stays as it is", async () => {
    await project.query("update public.sites set name = 'changed since'");
    const changed = await readChecksums(project);
    const { code, output } = await db("restore", "all.dump", "--into", "beside");

    expect(output).toMatch(/rows: [\d,]+ rows of \d+ tables, as in the dump/);
    expect(output).toMatch(/isolation: [\d,]+ attempts, nothing leaks/);
    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(changed);
    const application = await project.connection("app_user", "beside");
    await expect(rowsOf(application, "select")).rejects.toThrow(/permission denied for database/);
  });

  test("takes the place of the database, with exactly its rows and without drift", async () => {
    const { code, output } = await db("restore", "all.dump", "--replace", "hosterizer");

    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(data);
    expect(await project.npm("drift")).toMatchObject({ code: 0 });
    const [, kept = ""] = /kept as (hosterizer_before_\d+_\d+)\./.exec(output) ?? [];
    expect(await databases()).toContain(kept);
    const names = "select count(*)::int as n from public.sites where name = 'changed since'";
    const before = await rowsOf<{ n: number }>(await project.connection(undefined, kept), names);
    expect(before[0]?.n).toBeGreaterThan(0);
  });

  test("can be restored without its rows, or only they", async () => {
    expect(await db("restore", "all.dump", "--schema-only", "--into", "bare")).toMatchObject({
      code: 0,
    });
    const count = "select count(*)::int as n from public.users";
    expect(await rowsOf(await project.connection(undefined, "bare"), count)).toEqual([{ n: 0 }]);

    expect(await db("restore", "all.dump", "--data-only", "--into", "filled")).toMatchObject({
      code: 0,
    });
    const filled = await rowsOf<{ n: number }>(
      await project.connection(undefined, "filled"),
      count,
    );
    expect(filled).toEqual(await project.query(count));
  });
});

test("a dump by several jobs is a folder, and is restored like a file", async () => {
  const { code, output } = await db("dump", "--jobs", "2", "--file", "several.dump");
  expect(output).toMatch(/^several\.dump: \d+ kB, /m);
  expect(code).toBe(0);
  expect(await readdir(join(project.directory, "several.dump"))).toContain("toc.dat");

  const restored = await db("restore", "several.dump", "--into", "from_several");
  expect(restored.output).toMatch(/rows: [\d,]+ rows of \d+ tables, as in the dump/);
  expect(restored.output).toMatch(/isolation: [\d,]+ attempts, nothing leaks/);
  expect(restored.code).toBe(0);
});

test("a restored database that fails a check is kept, closed, and the present one stays", async () => {
  await project.query(`create table public.extra (n int);
    alter table public.extra owner to hosterizer_owner;
    grant select on public.extra to app_backup`);
  expect(await db("dump", "--file", "extra.dump")).toMatchObject({ code: 0 });
  await project.query("drop table public.extra");
  const { code, output } = await db("restore", "extra.dump", "--into", "kept");

  expect(output).toMatch(/The database kept is not as it should be:\n +table public\.extra/);
  expect(output).toContain("The present database was not changed.");
  expect(code).toBe(1);
  const application = await project.connection("app_user", "kept");
  await expect(rowsOf(application, "select")).rejects.toThrow(/permission denied for database/);
  expect(await readChecksums(project)).toEqual(data);
});

describe("one customer", () => {
  // It is deleted, and comes back from its dump.
  let customer: string;
  const tables = ["cost_records", "ecommerce_integrations", "deployments", "sites"];
  const remove = async () => {
    for (const table of tables)
      await project.query(`delete from public.${table} where customer_id = ${customer}`);
    await project.query(`delete from public.customers where id = ${customer}`);
  };

  beforeAll(async () => {
    const [first] = await project.query<{ id: string }>(
      "select min(id)::text as id from public.customers",
    );
    customer = first?.id ?? "";
    const { code, output } = await db("dump", "--customer", customer, "--file", "one.jsonl.gz");
    expect(output).toMatch(/^one\.jsonl\.gz: [^]*public\.customers: 1 row$/m);
    expect(code).toBe(0);
  });

  test("is loaded where it does not exist, by the application's role", async () => {
    const before = await readChecksums(project);
    await remove();
    expect(await readChecksums(project)).not.toEqual(before);

    const { code, output } = await db("restore", "one.jsonl.gz", "--customer", customer);
    expect(output).toContain(`Customer ${customer} is in stack local, after `);
    expect(output).toMatch(/public\.users: 1 row, of which 1 were there already/);
    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(before);
    expect(await project.npm("drift")).toMatchObject({ code: 0 });
  });

  test("is not loaded beside an update, nor an update beside it, and a killed load is in no one's way", async () => {
    const before = await readChecksums(project);
    await remove();
    const blocker = new Client(clientAddress(await project.connection()));
    await blocker.connect();
    try {
      await blocker.query("begin; lock table public.users in access exclusive mode");
      const words = ["db", "--", "restore", "one.jsonl.gz", "--customer", customer];
      const loading = project.start(...words);
      const waiting = `select from pg_stat_activity
        where application_name = 'hosterizer-database/restore' and wait_event_type = 'Lock'`;
      await expect
        .poll(async () => (await project.query(waiting)).length, { timeout: 60_000 })
        .toBe(1);

      const refused = /A restore into stack local is running \(process \d+, since /;
      for (const other of [["up"], words, ["db", "--", "restore", "all.dump"]]) {
        const { code, output } = await project.npm(...other);
        expect(output).toMatch(refused);
        expect(code).toBe(1);
      }

      process.kill(-Number(loading.pid), "SIGKILL");
      await loading;
      await blocker.query("rollback");
    } finally {
      await blocker.end();
    }
    const { code, output } = await db("restore", "one.jsonl.gz", "--customer", customer);
    expect(output).toContain("was killed; its lock is removed.");
    expect(code).toBe(0);
    expect(await readChecksums(project)).toEqual(before);
  });

  const unchanged = async (words: string[], says: RegExp) => {
    const before = await readChecksums(project);
    const { code, output } = await db(...words);
    expect(output).toMatch(says);
    expect(output).not.toContain("    at ");
    expect(code).toBe(1);
    expect(await readChecksums(project)).toEqual(before);
  };

  test("is not loaded where it exists", async () => {
    await unchanged(
      ["restore", "one.jsonl.gz", "--customer", customer],
      /public\.customers has rows of customer \d+ already/,
    );
  });

  test("is not loaded under another number", async () => {
    await unchanged(
      ["restore", "one.jsonl.gz", "--customer", "4711"],
      /one\.jsonl\.gz has customer \d+, not 4711/,
    );
  });

  test("is not taken for a dump of the database, nor one for it", async () => {
    await unchanged(["restore", "one.jsonl.gz"], /has customer \d+ alone\.\nAdd --customer \d+/);
    await unchanged(
      ["restore", "all.dump", "--customer", customer],
      /all\.dump is not the dump of one customer\.\nLeave --customer out/,
    );
  });

  test("has to exist to be dumped", async () => {
    await unchanged(
      ["dump", "--customer", "4711", "--file", "none.jsonl.gz"],
      /There is no customer 4711/,
    );
    expect(existsSync(join(project.directory, "none.jsonl.gz"))).toBe(false);
  });

  test("is not dumped as a part of something else", async () => {
    await unchanged(
      ["dump", "--customer", customer, "--data-only"],
      /'--customer <id>' cannot be used with option '--data-only'/,
    );
  });
});

describe("nothing is changed by", () => {
  const refused = async (words: string[], says: RegExp) => {
    const before = await databases();
    const { code, output } = await db(...words);
    expect(output).toMatch(says);
    expect(output).not.toContain("    at ");
    expect(code).toBe(1);
    expect(await databases()).toEqual(before);
  };

  test("the name of another database after --replace", async () => {
    await refused(
      ["restore", "all.dump", "--replace", "hosterizer_prod"],
      /"hosterizer_prod" is not the database of stack local[^]*Name hosterizer/,
    );
  });

  test("a name that is taken after --into", async () => {
    await refused(["restore", "all.dump", "--into", "beside"], /beside exists already/);
  });

  test("a dump that was cut off", async () => {
    await copyFile(join(project.directory, "all.dump"), join(project.directory, "cut.dump"));
    await truncate(join(project.directory, "cut.dump"), 50_000);
    await refused(["restore", "cut.dump"], /cut\.dump is not a dump, or is damaged/);
  });

  test("a dump of one table", async () => {
    expect(await db("dump", "--table", "public.sites", "--file", "one.dump")).toMatchObject({
      code: 0,
    });
    await refused(["restore", "one.dump"], /one\.dump is not a dump of a whole database/);
  });

  test("a dump of another schema version", async () => {
    const later = comingMigration("later");
    await project.query(
      `insert into hosterizer.schema_migrations (name, run_on) values ('${later}', now())`,
    );
    expect(await db("dump", "--file", "other.dump")).toMatchObject({ code: 0 });
    await project.query(`delete from hosterizer.schema_migrations where name = '${later}'`);
    await refused(["restore", "other.dump"], /other\.dump is of another schema version/);
  });

  test("a table that does not exist", async () => {
    await refused(
      ["dump", "--table", "public.sties", "--file", "x.dump"],
      /"public\.sties" is not/,
    );
    expect(existsSync(join(project.directory, "x.dump"))).toBe(false);
  });
});

test("no command prints a password", async () => {
  const { superuser, roles } = await project.secrets();
  for (const secret of [superuser, ...Object.values(roles)])
    expect(project.transcript.join("\n")).not.toContain(secret);
});
