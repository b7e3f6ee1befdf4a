import { stripVTControlCharacters } from "node:util";

import { describe, expect, test } from "vitest";

import { isUnavailable } from "@hosterizer/postgres/monitoring/databaseStatus";
import { paint } from "../../../../src/db/screen/terminal";
import { renderStatus } from "../../../../src/db/status/renderStatus";
import type { StackStatus } from "../../../../src/db/status/stackStatus";
import { busy, index } from "./exampleStatus";

const plain = (status: StackStatus, width = 100) => renderStatus(status, width, paint(false));

describe("the status screen", () => {
  test("shows everything at a glance", () => {
    expect(plain(busy)).toBe(`hosterizer at db.example.com:5432, stack prod

  Server        PostgreSQL 15.20, up 2 h 13 min
  Schema        version 9, no migration pending
  Size          42 GB
  Connections   27 of 97
  Cache hits    99.9 %
  Transactions  1,234,567 committed, 12 rolled back, 1 deadlock
  Spilled       3.0 MB to temporary files
  Replication   1 replica

Sessions
  Role      Database    State   Sessions  Waiting for a lock  Oldest transaction
  app_user  hosterizer  active        20                   –               0.4 s
  app_user  hosterizer  idle           7                   –                   –

Replicas
  Name       Address   State      Sync   Behind  Delay
  standby_a  10.0.0.2  streaming  async  1.0 MB  1.3 s

Slowest statements
   Mean  Calls        Total  Role      Statement
  0.8 s  1,200  16 min 15 s  app_user  select * from public.cost_records where site_id = $1 order b…

Tables
  Table         Rows, about  Dead rows   Data  Indexes  Total
  cost_records   12,345,678        321  20 GB   9.0 GB  29 GB

Indexes that no query has used since 2026-02-03 04:05 UTC
  Index                 Table   Size
  sites_deleted_at_idx  sites  16 kB
`);
  });

  test("shows names and statements that are commands to a terminal", () => {
    const query = "select '\u001b[2J\u009b1m'";
    const [statement] = isUnavailable(busy.slowestStatements) ? [] : busy.slowestStatements;
    const [table] = isUnavailable(busy.tables) ? [] : busy.tables;
    if (statement === undefined || table === undefined) throw new Error("the example has none");
    const shown = plain({
      ...busy,
      slowestStatements: [{ ...statement, query, role: "app\nall is well" }],
      tables: [{ ...table, table: "\u202esetis" }],
    });

    expect(shown).toContain(String.raw`select '\u001b[2J\u009b1m'`);
    expect(shown).toContain(String.raw`app\nall is well`);
    expect(shown).toContain(String.raw`\u202esetis`);
    expect(shown).not.toMatch(/[\u001b\u009b\u202e]/);
  });

  test("names the pending migrations, each on a line", () => {
    const schema = {
      version: 9,
      target: null,
      pending: ["000010_add_tags", "000011_index_tags"],
      faults: [],
    };
    expect(plain({ ...busy, schema })).toContain(
      "  Schema        version 9, 2 migrations pending:\n" +
        "                000010_add_tags\n" +
        "                000011_index_tags\n",
    );
  });

  test("says where the log and the data of this machine's own server are", () => {
    const server = {
      ...busy.server,
      logFile: "/clone/postgresql.log",
      dataDirectory: "/clone/data",
    };
    expect(plain({ ...busy, server })).toContain(
      "  Log           /clone/postgresql.log\n  Data          /clone/data\n",
    );
  });

  test("says how to read the log of a server in a container, and which volume has its data", () => {
    const docker = { container: "acme-dev-postgresql", volume: "acme-dev-data" };
    const server = { ...busy.server, docker, dataDirectory: "/var/lib/postgresql/data" };
    expect(plain({ ...busy, server })).toContain(
      "  Log           docker logs acme-dev-postgresql\n  Data          volume acme-dev-data\n",
    );
  });

  test("says that the server is a replica, and how far behind it is", () => {
    const server = { ...busy.server, isReplica: true, replayDelaySeconds: 90 };
    expect(plain({ ...busy, server, replicas: [] })).toContain(
      "  Replication   is a replica itself, 1 min 30 s behind; no replica\n",
    );
  });

  test("puts warnings before all lists, wrapped to the width", () => {
    const warnings = [
      "The first of them is longer than the terminal is wide, and continues below.",
    ];
    const screen = plain({ ...busy, warnings }, 60);
    expect(screen).toContain(
      "\n  WARNING  The first of them is longer than the terminal is\n" +
        "           wide, and continues below.\n\nSessions\n",
    );
  });

  test("says why a list could not be read, and shows the others", () => {
    const screen = plain({ ...busy, tables: { unavailable: "somebody holds a lock on them" } });
    expect(screen).toContain("\nTables\n  not read: somebody holds a lock on them\n");
    expect(screen).toContain("Slowest statements\n   Mean");
  });

  test("omits lists without rows", () => {
    const screen = plain({ ...busy, tables: [], indexes: [], replicas: [], slowestStatements: [] });
    expect(screen).not.toMatch(/Tables|Indexes|Replicas\n|Slowest/);
  });

  test("shows the largest of many unused indexes and counts the rest", () => {
    const indexes = Array.from({ length: 12 }, (_, position) =>
      index({ index: `idx_${position}`, scans: 0, sizeBytes: (position + 1) * 8192 }),
    );
    const screen = plain({ ...busy, indexes });
    expect(screen).toContain("  idx_11  sites  96 kB\n");
    expect(screen).toContain("… and 7 more: --json shows all\n");
    expect(screen).not.toContain("idx_6 ");
  });

  test("names the schema of tables outside public", () => {
    const [table] = busy.tables as readonly [Extract<StackStatus["tables"], readonly unknown[]>[0]];
    expect(plain({ ...busy, tables: [{ ...table, schema: "hosterizer" }] })).toContain(
      "  hosterizer.cost_records  ",
    );
  });

  test.each([80, 100, 140])(
    "is no wider than %i columns, and leaves no blanks at line ends",
    (width) => {
      const warnings = ["word ".repeat(60).trim()];
      const lines = plain({ ...busy, warnings }, width).split("\n");
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
      expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
    },
  );

  test("has the same text with and without colours", () => {
    const status = { ...busy, warnings: ["word ".repeat(60).trim()] };
    const coloured = renderStatus(status, 100, paint(true));
    expect(coloured).not.toBe(plain(status));
    expect(stripVTControlCharacters(coloured)).toBe(plain(status));
  });
});
