import { expect, test } from "vitest";

import { renderDifference } from "../../../../src/convergence/difference";
import {
  type LiveSetting,
  planSettings,
  settingsDrift,
} from "../../../../src/server/settings/settingsDrift";

const quiet: LiveSetting = {
  name: "work_mem",
  value: "4096",
  type: "integer",
  unit: "kB",
  pending_restart: false,
  from_file: false,
  from_alter_system: false,
  override: null,
  in_files: null,
};
const wanted = [{ name: "work_mem", value: "4MB", reason: "the tests" }];
const set = `alter system set "work_mem" = '4MB'`;
const reset = `alter system reset "work_mem"`;

/** What ALTER SYSTEM has written, which overrides the other files. */
function written(override: string): Partial<LiveSetting> {
  return { override, in_files: override };
}

test.each([
  { what: "right already", found: {}, says: [], live: [], fixed: [] },
  {
    what: "right by ALTER SYSTEM in other words",
    found: written("4096kB"),
    says: [],
    live: [],
    fixed: [reset],
  },
  {
    what: "another value",
    found: { value: "65536" },
    says: ["setting work_mem: found '65536kB', expected '4MB'"],
    live: [set],
    fixed: [],
  },
  {
    what: "another value by ALTER SYSTEM",
    found: { value: "65536", from_alter_system: true, ...written("64MB") },
    says: ["setting work_mem: found '65536kB', expected '4MB'"],
    live: [set],
    fixed: [reset],
  },
  {
    what: "another value by ALTER SYSTEM that is not loaded",
    found: written("64MB"),
    says: [
      "setting work_mem: found '64MB' by ALTER SYSTEM, from the next start on, expected '4MB'",
    ],
    live: [set],
    fixed: [reset],
  },
  {
    what: "a setting that the server does not know",
    found: { value: null, type: null, unit: null },
    says: ["setting work_mem is missing, expected '4MB'"],
    live: [set],
    fixed: [],
  },
])("$what", ({ found, says, live, fixed }) => {
  const settings = [{ ...quiet, ...found }];

  expect(settingsDrift(settings, wanted).map(renderDifference)).toEqual(says);
  expect(planSettings(settings, wanted).map(({ sql }) => sql)).toEqual(live);
  expect(planSettings(settings, []).map(({ sql }) => sql)).toEqual(fixed);
});

test.each([
  { what: "untouched", found: {}, says: [] },
  {
    what: "written by ALTER SYSTEM",
    found: written("64MB"),
    says: ["setting work_mem is not declared, found '64MB' by ALTER SYSTEM"],
  },
  {
    what: "taken back from ALTER SYSTEM and still in force",
    found: { value: "65536", from_alter_system: true, from_file: true },
    says: ["setting work_mem is not declared, found '65536kB' until the next start"],
  },
  {
    what: "taken back from a file, and in force until a restart",
    found: { pending_restart: true, from_file: true },
    says: ["setting work_mem is not declared, found '4096kB' until the next start"],
  },
  {
    what: "said to wait for a restart although nothing is left of it",
    found: { pending_restart: true },
    says: [],
  },
])("an undeclared setting, $what", ({ found, says }) => {
  expect(settingsDrift([{ ...quiet, ...found }], []).map(renderDifference)).toEqual(says);
});

test("values that PostgreSQL rewrites are compared in their original form", () => {
  const datestyle = {
    ...quiet,
    name: "datestyle",
    type: "string",
    unit: "",
    value: "ISO, DMY",
  } as const;
  const style = [{ name: "datestyle", value: "iso, dmy", reason: "" }];

  expect(settingsDrift([{ ...datestyle, ...written("iso, dmy") }], style)).toEqual([]);
  expect(settingsDrift([{ ...datestyle, ...written("iso, mdy") }], style)).toHaveLength(1);
  expect(settingsDrift([datestyle], style)).toHaveLength(1);
});

test("names are quoted as identifiers, values as literals", () => {
  const names = [{ ...quiet, name: "pgaudit.log", type: "string" as const, value: "" }];
  const hostile = [{ ...quiet, name: 'a".b', ...written("x") }];

  expect(planSettings(names, [{ name: "pgaudit.log", value: "it's", reason: "" }])).toEqual([
    { name: "pgaudit.log", sql: `alter system set "pgaudit"."log" = 'it''s'` },
  ]);
  expect(planSettings(hostile, [])).toEqual([
    { name: 'a".b', sql: 'alter system reset "a"""."b"' },
  ]);
});
