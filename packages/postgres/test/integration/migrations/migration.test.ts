import { afterAll, expect, test, vi } from "vitest";

import { locate, locator } from "../../../src/sql/locate";
import { statementFaults } from "../../../src/migrations/migration";

// Earlier files of this process have loaded the real one.
vi.hoisted(() => vi.resetModules());
vi.mock("../../../src/sql/locate", { spy: true });
afterAll(() => {
  vi.doUnmock("../../../src/sql/locate");
  vi.resetModules();
});

const faultsOf = async (sql: string) => {
  const faults = await statementFaults({ path: "m/a.up.sql", sql });
  return faults.map(({ message }) => message.split("\n")[0]);
};

test("counts the lines of a file with thousands of statements once, and not at all if it has no fault", async () => {
  const inserts = Array.from({ length: 3_000 }, (_, n) => `insert into t values (${n});\n`);
  const readings = () => vi.mocked(locate).mock.calls.length + vi.mocked(locator).mock.calls.length;
  const before = readings();
  expect(await faultsOf(inserts.join(""))).toEqual([]);
  expect(readings() - before).toBe(0);

  const commits = inserts.map((insert) => `${insert}commit;\n`);
  const faults = await faultsOf(commits.join(""));
  expect(faults).toHaveLength(3_000);
  expect(faults.at(-1)).toMatch(/^m\/a\.up\.sql:6000:1: /);
  expect(readings() - before).toBe(1);
});
