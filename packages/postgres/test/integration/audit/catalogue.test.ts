import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Finding, renderDifference } from "../../../src/convergence/difference";
import { access } from "../../../../../test/drift/catalogue/access";
import { settings } from "../../../../../test/drift/catalogue/settings";
import type { DriftCase } from "../../../../../test/drift/driftCase";
import { matches } from "../../../../../test/drift/matches";
import { startTestServer, type TestServer } from "../testServer";
import { createAuditedDatabase } from "./auditedDatabase";

type Case = DriftCase & { break: string };

const bySql = (drift: DriftCase): drift is Case => typeof drift.break === "string";
/** What resources other than the audit find; see test/integration/access/ and test/integration/plantedCode.test.ts. */
const ofOthers = new Set(["login of the migrator", "setting missing"]);
const cases = [...access, ...settings].filter(({ kind }) => !ofOthers.has(kind)).filter(bySql);

// Some of the changes affect the whole server: settings of all roles, privileges on tablespaces and parameters.
let server: TestServer;
let database: Awaited<ReturnType<typeof createAuditedDatabase>>;

beforeAll(async () => {
  server = await startTestServer();
  database = await createAuditedDatabase(server.url);
});

afterAll(() => server.remove());

/** The line for this test's own roles and database. */
const here = (text: string) =>
  text
    .replaceAll(/\b(?:hosterizer_owner|hosterizer_migrator|app_\w+)\b/g, database.own)
    .replaceAll("database hosterizer", `database ${database.name}`)
    .replaceAll("analyst", `analyst${database.name.slice("test".length)}`);

const isAbout = ({ says, ...drift }: Case) => {
  const line = { says: typeof says === "string" ? here(says) : new RegExp(here(says.source)) };
  return (finding: Finding) =>
    finding.kind === drift.kind && matches(line, renderDifference(finding));
};

describe("all cases at once", () => {
  test("are each named once, with what up does", async () => {
    for (const drift of cases) await database.run(here(drift.break));
    const findings = await database.findings();

    const does = { automatic: "repairs", none: "leaves", refused: "refuses" } as const;
    for (const drift of cases) {
      const its = findings.filter(isAbout(drift));
      expect({ what: drift.what, up: its.map(({ repair }) => does[repair]) }).toEqual({
        what: drift.what,
        up: [drift.up],
      });
    }
  });

  test("are repaired or left", async () => {
    await database.repair();
    const findings = await database.findings();

    for (const drift of cases) {
      const byRole = drift.kind === "role password" && !drift.break.includes("app_pooler");
      const expected = drift.up === "leaves" || byRole ? 1 : 0;
      expect({ what: drift.what, left: findings.filter(isAbout(drift)).length }).toEqual({
        what: drift.what,
        left: expected,
      });
    }
  });

  test("are all gone once what was left is undone", async () => {
    for (const { undo } of cases.toReversed())
      if (undo !== undefined) await database.run(here(undo));
    for (const role of ["app_readonly", "app_user"]) {
      await database.run(`alter role ${database.own(role)} password 'as its resource does'`);
    }
    expect(await database.lines()).toEqual([]);
  });
});
