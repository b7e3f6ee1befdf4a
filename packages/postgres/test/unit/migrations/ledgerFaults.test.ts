import { describe, expect, test } from "vitest";

import type { AppliedMigration } from "../../../src/migrations/ledger";
import { ledgerFaults } from "../../../src/migrations/ledgerFaults";
import type { Migration } from "../../../src/migrations/migration";

const file = (path: string, sha256: string, tokensSha256: string) => ({
  path,
  sql: "",
  sha256,
  tokensSha256,
});
const migration = (name: string): Migration => ({
  number: Number(name.slice(0, 6)),
  name,
  up: file(`m/${name}.up.sql`, "up", "up tokens"),
  down: file(`m/${name}.down.sql`, "down", "down tokens"),
});
const row = (name: string, change: Partial<AppliedMigration> = {}): AppliedMigration => ({
  name,
  appliedAt: new Date("2026-03-01T12:00:00Z"),
  upSha256: "up",
  downSha256: "down",
  upTokensSha256: "up tokens",
  downTokensSha256: "down tokens",
  ...change,
});

describe("the folder against the ledger", () => {
  test.each([
    { folder: [], applied: [], faults: [] },
    { folder: ["000001_a", "000002_b"], applied: [], faults: [] },
    { folder: ["000001_a", "000002_b"], applied: [row("000001_a")], faults: [] },
    {
      folder: ["000001_a"],
      applied: [row("000001_a"), row("000002_b")],
      faults: [
        "missing: 000002_b: it is applied to the database, but its files are not both in the folder.",
      ],
    },
    {
      folder: ["000001_a", "000002_b"],
      applied: [row("000002_b")],
      faults: [
        "overtaken: m/000001_a.up.sql: it is not applied, but 000002_b, which comes after it, is.",
      ],
    },
    {
      folder: ["000001_a", "000002_b"],
      applied: [row("000001_a"), row("000002_c", { upSha256: "gone" })],
      faults: [
        "missing: 000002_c: it is applied to the database, but its files are not both in the folder.",
        "overtaken: m/000002_b.up.sql: it is not applied, but 000002_c, which has its number, is.",
      ],
    },
    {
      folder: ["000001_a", "000002_b", "000003_d"],
      applied: [row("000001_a"), row("000002_c")],
      faults: ["renamed: 000002_c: it was renamed to 000002_b after it was applied on 2026-03-01."],
    },
    {
      folder: ["000001_a"],
      applied: [row("000001_a", { upSha256: "old", upTokensSha256: "old" })],
      faults: [
        "up edited: m/000001_a.up.sql: the file was edited after it was applied on 2026-03-01.",
      ],
    },
    {
      folder: ["000001_a"],
      applied: [row("000001_a", { upSha256: "old" })],
      faults: [
        "up edited, cosmetic: m/000001_a.up.sql: the file was edited (in comments and white space only) after it was applied on 2026-03-01.",
      ],
    },
    {
      folder: ["000001_a"],
      applied: [row("000001_a", { downSha256: "old", downTokensSha256: "old" })],
      faults: [
        "down edited: m/000001_a.down.sql: the file was edited after it was applied on 2026-03-01.",
      ],
    },
    {
      folder: ["000001_a"],
      applied: [
        row("000001_a", {
          upSha256: null,
          downSha256: null,
          upTokensSha256: null,
          downTokensSha256: null,
        }),
      ],
      faults: [],
    },
  ])("$folder against $applied", ({ folder, applied, faults }) => {
    const found = ledgerFaults(folder.map(migration), applied).map(
      ({ kind, cosmetic, error }) =>
        `${kind}${cosmetic ? ", cosmetic" : ""}: ${error.message.split("\n")[0] ?? ""}`,
    );
    expect(found).toEqual(faults);
  });
});
