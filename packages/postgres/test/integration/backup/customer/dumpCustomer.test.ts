import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { dumpCustomer } from "../../../../src/backup/customer/dumpCustomer";
import { isLostConnection } from "../../../../src/connection/connectionFailure";
import { endSessions } from "../endSessions";
import { onSmallDisk } from "../onSmallDisk";
import { count, type Customers, makeCustomers, quiet } from "./customers";

let customers: Customers;
let source: Customers["source"];
let folder: Customers["folder"];
let file: Customers["file"];
let tenantTables: Customers["tenantTables"];

beforeAll(async () => {
  customers = await makeCustomers();
  ({ source, folder, file, tenantTables } = customers);
});
// After a failed set-up there is nothing to remove.
afterAll(() => (customers as Customers | undefined)?.remove());

describe("the dump of a customer", () => {
  test("has this customer's rows alone, of every table", async () => {
    const again = join(folder, "again.dump");
    const counts = Object.fromEntries(
      (await customers.dump("3", again)).map(({ table, rows }) => [table, rows]),
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
    await expect(customers.dump("1", file)).rejects.toThrow(/3\.dump exists already/);
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
    await expect(customers.dump("4711", missing)).rejects.toThrow(/There is no customer 4711/);
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
      const full = customers.dump("3", join(disk, "full.dump"));
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
