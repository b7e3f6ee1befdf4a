import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { isLostConnection } from "../../../../src/connection/connectionFailure";
import { rowsOf } from "../../testDatabase";
import { endSessions } from "../endSessions";
import { type Customers, makeCustomers } from "./customers";

let customers: Customers;
let target: Customers["target"];
let folder: Customers["folder"];
let file: Customers["file"];
let tenantTables: Customers["tenantTables"];

beforeAll(async () => {
  customers = await makeCustomers();
  ({ target, folder, file, tenantTables } = customers);
});
// After a failed set-up there is nothing to remove.
afterAll(() => (customers as Customers | undefined)?.remove());

describe("nothing is changed by", () => {
  const changed = join(tmpdir(), `hosterizer-changed-${process.pid}.dump`);
  beforeAll(async () => {
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
    const loading = customers.load(await from);
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
    await customers.dump("1", own);
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

  test("a user whom the application may not make an administrator", async () => {
    const { user } = target.application;
    const columns =
      "id, email, password_hash, full_name, mfa_enabled, mfa_secret, failed_login_attempts, locked_until, " +
      "last_login_at, created_at, updated_at, team_id, plan_id";
    await target.run(`revoke insert on public.users from ${user};
      grant insert (${columns}) on public.users to ${user}`);
    await refused(
      withValues("users", { role: "administrator" }),
      /a row of public\.users with role = administrator, which \S+ may not write/,
    );
    // With the default there, the load gets as far as the next fault.
    await refused(withValues("events", { note: "longer" }), /value too long/);
    await target.run(`revoke insert on public.users from ${user};
      grant insert on public.users to ${user}`);
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
    const loading = customers.load(file, target, {}, (table, rows) => {
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
    const loading = customers.load(
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
