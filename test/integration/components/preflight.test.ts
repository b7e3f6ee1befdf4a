import { readdir, readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";

import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { preflight, tenancyUpTo } from "../../../components/preflight";
import { migrationsDirectory } from "../../../database/migrations";
import { tenancy } from "../../../database/tenancy";

// Earlier files of this process have loaded the real one.
vi.hoisted(() => vi.resetModules());
vi.mock("node:fs/promises", { spy: true });
afterAll(() => {
  vi.doUnmock("node:fs/promises");
  vi.resetModules();
});

let port: number;
beforeAll(async () => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  ({ port } = server.address() as AddressInfo);
  await new Promise((closed) => server.close(closed));
});

beforeEach(() => {
  vi.mocked(readdir).mockClear();
  vi.mocked(readFile).mockClear();
});

/** Checks a stack with a new embedded server. */
function check(keys: Readonly<Record<string, string>> = {}) {
  const all = Object.entries({ instance: "embedded", port: String(port), ...keys });
  const configuration = all.map(([key, value]) => [`hosterizer-database:${key}`, value] as const);
  return preflight(Object.fromEntries(configuration), "preflight-test");
}

/** The paths in the folder of migrations with which a function was called. */
const pathsOf = (calls: readonly (readonly unknown[])[]) =>
  calls.flatMap(([path]) => {
    return typeof path === "string" && path.startsWith(migrationsDirectory) ? [path] : [];
  });

test("the folder of migrations is read once, and each file in it", async () => {
  await check({ migrationTarget: "1" });

  expect(pathsOf(vi.mocked(readdir).mock.calls)).toEqual([migrationsDirectory]);
  const read = pathsOf(vi.mocked(readFile).mock.calls);
  expect(read).not.toEqual([]);
  expect(read).toEqual([...new Set(read)]);
});

test("tables that come after the target have no row-level security yet", async () => {
  const { tenancy: reduced } = (await check({ migrationTarget: "0" })).access;

  expect(reduced.tables).toEqual([]);
  expect(reduced.exemptTables?.map(({ table }) => table)).toEqual(
    tenancy.tables.map(({ table }) => table),
  );
  expect(await tenancyUpTo(0)).toEqual(reduced);
});

test("without a target every declared table has it", async () => {
  expect((await check()).access.tenancy).toEqual(tenancy);
});
