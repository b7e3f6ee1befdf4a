import { describe, expect, test } from "vitest";

import { statusWarnings } from "../../../../src/db/status/stackStatus";
import { busy, index, session } from "./exampleStatus";

const withConnections = (facts: Partial<typeof busy.connections>) => ({
  ...busy,
  connections: { ...busy.connections, ...facts },
});
const onVersion = (version: string, versionNumber: number) => ({
  ...busy,
  server: { ...busy.server, version, versionNumber },
});

describe("warnings", () => {
  test("are empty if nothing is wrong", () => {
    expect(statusWarnings(busy)).toEqual([]);
  });

  test("name a version with a hole in row-level security, and the hole", () => {
    expect(statusWarnings(onVersion("15.19", 150019))).toEqual([
      "PostgreSQL 15.19 is older than 15.20: in it, INSERT … ON CONFLICT reads rows that row-level security hides. " +
        "Do not store customer data on it; update the server.",
    ]);
  });

  test.each([
    ["15.20", 150020],
    ["15.21", 150021],
  ])("say nothing about %s", (version, number) => {
    expect(statusWarnings(onVersion(version, number))).toEqual([]);
  });

  test("repeat the faults of the migrations, in one line", () => {
    const schema = {
      version: 9,
      target: null,
      pending: [],
      faults: ["it was edited.\nRestore it."],
    };
    expect(statusWarnings({ ...busy, schema })).toEqual(["it was edited. Restore it."]);
  });

  test.each([
    { used: 77, warned: [] },
    {
      used: 78,
      warned: ["Only 19 of 97 connections are left. After that, clients are refused."],
    },
    {
      used: 99,
      warned: ["Only 0 of 97 connections are left. After that, clients are refused."],
    },
  ])("appear when $used of 97 connections are used: $warned", ({ used, warned }) => {
    expect(statusWarnings(withConnections({ used }))).toEqual(warned);
  });

  test("count the sessions that wait for a lock", () => {
    const sessions = [session({ waitingForLock: 2 }), session({ waitingForLock: 1 })];
    expect(statusWarnings(withConnections({ sessions }))).toEqual(["3 sessions wait for a lock."]);
  });

  test("name the role of a transaction that has been idle for five minutes", () => {
    const state = "idle in transaction";
    const sessions = [
      session({ state, oldestTransactionSeconds: 299, role: "app_readonly" }),
      session({ state, oldestTransactionSeconds: 301 }),
      session({ state: "active", oldestTransactionSeconds: 900 }),
    ];
    expect(statusWarnings(withConnections({ sessions }))).toEqual([
      "A session of app_user has been idle in a transaction for 5 min 1 s: it holds its locks and keeps vacuum from removing dead rows.",
    ]);
  });

  test("name an invalid index", () => {
    const indexes = [index({ index: "sites_broken_idx", isValid: false })];
    expect(statusWarnings({ ...busy, indexes })).toEqual([
      "Index public.sites_broken_idx is invalid, its build failed: queries do not use it. Drop it and create it again.",
    ]);
  });
});
