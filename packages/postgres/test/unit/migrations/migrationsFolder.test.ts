import { describe, expect, test } from "vitest";

import type { Migration } from "../../../src/migrations/migration";
import { pairMigrationFiles, resolvedByPending } from "../../../src/migrations/migrationsFolder";

const pair = (name: string) => [`${name}.up.sql`, `${name}.down.sql`];

describe("the names in a migrations folder", () => {
  test("pair up in the order of their numbers", () => {
    const { pairs, faults } = pairMigrationFiles("m", [...pair("000002_b"), ...pair("000001_a")]);
    expect(faults).toEqual([]);
    expect(pairs).toEqual([
      { number: 1, name: "000001_a", up: "000001_a.up.sql", down: "000001_a.down.sql" },
      { number: 2, name: "000002_b", up: "000002_b.up.sql", down: "000002_b.down.sql" },
    ]);
  });

  test.each([
    {
      names: ["000001_a.up.sql"],
      faults: [
        "m/000001_a.up.sql: its other half, 000001_a.down.sql, is missing.\nWrite 000001_a.down.sql beside it.",
      ],
    },
    {
      names: ["000001_a.down.sql"],
      faults: [
        "m/000001_a.down.sql: its other half, 000001_a.up.sql, is missing.\nWrite 000001_a.up.sql beside it.",
      ],
    },
    {
      names: [...pair("000001_a"), ...pair("000001_b")],
      faults: [
        "m/000001_b.up.sql: number 000001 is already that of 000001_a.\nGive one of them the next free number.",
      ],
    },
    {
      names: [...pair("000001_a"), ...pair("000003_c")],
      faults: [
        "m/000003_c.up.sql: number 000003 follows 000001.\nRename both its files to start with 000002, or add what is missing.",
      ],
    },
    {
      names: pair("000000_a"),
      faults: [
        "m/000000_a.up.sql: number 000000 is already that of the empty database.\nGive one of them the next free number.",
      ],
    },
    ...["1_a.up.sql", "000001-a.up.sql", "000001_A.up.sql", "000001_a.sql", "README.md"].map(
      (name) => ({
        names: [name],
        faults: [
          `m/${name}: not the name of a migration.\nName it like "000001_create_users_table.up.sql", or move it out of the folder.`,
        ],
      }),
    ),
  ])("are refused: $names", ({ names, faults }) => {
    expect(pairMigrationFiles("m", names).faults.map(({ error }) => error.message)).toEqual(faults);
  });

  test("are refused for all of their faults at once", () => {
    const names = ["notes.txt", "000001_a.up.sql", ...pair("000003_c"), ...pair("000003_d")];
    const { faults } = pairMigrationFiles("m", names);
    expect(faults.map(({ error }) => error.message.split(":")[0])).toEqual([
      "m/notes.txt",
      "m/000001_a.up.sql",
      "m/000003_c.up.sql",
      "m/000003_d.up.sql",
    ]);
  });

  test("say by their number which of them the ledger checks", () => {
    const names = ["notes.txt", "000001_a.up.sql", ...pair("000004_c"), ...pair("000004_d")];
    const { faults } = pairMigrationFiles("m", names);
    expect(faults.map(({ number }) => number)).toEqual([undefined, 1, 3, 4]);
  });
});

const file = (sql: string) => ({ path: "m/000001_a.up.sql", sql, sha256: "", tokensSha256: "" });
const migration = (up: string): Migration => ({
  number: 1,
  name: "000001_a",
  up: file(up),
  down: file("-- resolves drift: table public.never\nselect 1"),
});

test("a pending migration names what it takes over, one per line, on any line", () => {
  const first = migration(
    '-- resolves drift: column public.sites.note\n-- Resolves Drift:  index public."A b" \nselect 1 -- resolves drift: table public.no\n',
  );
  const second = migration("select 1;\n-- resolves drift: column public.sites.more");
  expect(resolvedByPending([first, second])).toEqual(
    new Set(["column public.sites.note", 'index public."A b"', "column public.sites.more"]),
  );
});

test("a migration without such a line resolves nothing", () => {
  expect(resolvedByPending([migration("-- drift\nselect 1")])).toEqual(new Set());
});
