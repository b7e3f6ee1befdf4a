import fc from "fast-check";
import { expect, test } from "vitest";

import {
  memorySettings,
  minWorkMem,
  workMem,
} from "../../../../src/server/container/defaultSettings";
import { parameters, readQuantity, valueFault } from "../../../../src/server/settings/parameters";

/** By name, in kB. */
function kilobytes(memory: number, connections: number): Record<string, number> {
  const settings = memorySettings(memory, connections);
  return Object.fromEntries(
    settings.map(({ name, value }) => [name, readQuantity(value, "kB") ?? NaN]),
  );
}

test.each([
  {
    memory: 1024,
    connections: 100,
    is: ["256MB", "768MB", "64MB", "2621kB", "8MB"],
  },
  { memory: 256, connections: 100, is: ["64MB", "192MB", "16MB", "655kB", "2MB"] },
  { memory: 8192, connections: 200, is: ["2048MB", "6144MB", "512MB", "10485kB", "16MB"] },
  { memory: 262_144, connections: 100, is: ["65536MB", "196608MB", "2048MB", "65536kB", "16MB"] },
])("$memory MiB for $connections sessions", ({ memory, connections, is }) => {
  expect(memorySettings(memory, connections).map(({ name, value }) => [name, value])).toEqual(
    [
      "shared_buffers",
      "effective_cache_size",
      "maintenance_work_mem",
      "work_mem",
      "wal_buffers",
    ].map((name, index) => [name, is[index]]),
  );
});

const memory = fc.integer({ min: 128, max: 4 * 1024 ** 2 });
const connections = fc.integer({ min: 1, max: 5000 });

test("the settings together never exceed the container's memory, and PostgreSQL accepts each value", () => {
  fc.assert(
    fc.property(memory, connections, (limit, sessions) => {
      fc.pre(workMem(limit, sessions) >= minWorkMem);
      const of = kilobytes(limit, sessions);
      const { shared_buffers = NaN, work_mem = NaN, maintenance_work_mem = NaN } = of;
      expect(shared_buffers + sessions * work_mem + 4 * maintenance_work_mem).toBeLessThanOrEqual(
        limit * 1024,
      );
      expect(of["effective_cache_size"]).toBeLessThanOrEqual(limit * 1024);
      expect(of["wal_buffers"]).toBeLessThanOrEqual(shared_buffers);
      for (const { name, value } of memorySettings(limit, sessions)) {
        const parameter = parameters.get(name);
        expect(parameter && valueFault(parameter, value)).toBeUndefined();
        expect(parameter).toBeDefined();
      }
    }),
  );
});

test("more memory never means less of anything", () => {
  fc.assert(
    fc.property(memory, memory, connections, (one, other, sessions) => {
      const less = kilobytes(Math.min(one, other), sessions);
      const more = kilobytes(Math.max(one, other), sessions);
      for (const [name, value] of Object.entries(less))
        expect([name, more[name]]).toEqual([name, Math.max(value, more[name] ?? NaN)]);
    }),
  );
});

test("more sessions never get more memory each", () => {
  fc.assert(
    fc.property(memory, connections, connections, (limit, one, other) => {
      const few = kilobytes(limit, Math.min(one, other))["work_mem"] ?? NaN;
      expect(kilobytes(limit, Math.max(one, other))["work_mem"]).toBeLessThanOrEqual(few);
    }),
  );
});
