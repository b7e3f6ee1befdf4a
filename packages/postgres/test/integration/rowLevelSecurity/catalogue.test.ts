import { afterAll, beforeAll, expect, test } from "vitest";

import { withClient } from "../../../src/connection/connection";
import { renderDifference } from "../../../src/convergence/difference";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
  rowLevelSecurityKinds,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { recordSchema } from "../../../src/schema/record/schemaRecord";
import { tenancy as declared } from "../../../../../database/tenancy";
import { rowLevelSecurity } from "../../../../../test/drift/catalogue/rowLevelSecurity";
import type { DriftCase } from "../../../../../test/drift/driftCase";
import { matches } from "../../../../../test/drift/matches";
import { createTenantDatabase } from "./tenantDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  const { sensitiveColumns = [] } = declared;
  database.security.tenancy = { ...database.tenancy, sensitiveColumns };
  await applyRowLevelSecurity(database.owner, database.security);
  await database.run(`create schema hosterizer authorization ${database.owner.user}`);
  const scope = { schemas: ["public"], owner: database.owner.user };
  await withClient(database.owner, "test", (client) => recordSchema(client, scope));
});

afterAll(() => database.drop());

const drift = () => readRowLevelSecurityDrift(database.owner, database.security, 0);

/** The catalogue's roles exist once on a server; here this database has its own. */
function here(text: string): string {
  const { application, backup, owner, administrator } = database;
  return text
    .replaceAll("app_user", application.user)
    .replaceAll("app_backup", backup.user)
    .replaceAll("app_monitor", administrator.user)
    .replaceAll("hosterizer_owner", owner.user);
}

const localSays = ({ says, ...drift }: DriftCase): DriftCase => ({
  ...drift,
  says: typeof says === "string" ? here(says) : new RegExp(here(says.source)),
});

test.each([1, 2])("all cases of round %d are found at once, and repaired", async (round) => {
  const broken = rowLevelSecurity.filter((one) => (one.round ?? 1) === round);
  for (const one of broken) await database.run(here(one.break as string));
  const found = await drift();
  for (const one of broken) {
    const seen = found.filter(
      (finding) => finding.kind === one.kind && matches(localSays(one), renderDifference(finding)),
    );
    expect(seen.map(({ repair }) => [one.what, repair])).toEqual([
      [one.what, one.up === "repairs" ? "automatic" : "refused"],
    ]);
  }

  const refused = broken.filter(({ up }) => up === "refuses");
  const update = applyRowLevelSecurity(database.owner, database.security);
  if (refused.length > 0)
    await expect(update).rejects.toThrow(/^row-level security is not complete/);
  else await update;
  expect(new Set((await drift()).map(({ kind }) => kind))).toEqual(
    new Set(refused.map(({ kind }) => kind)),
  );
  for (const { undo = "" } of refused.toReversed()) await database.run(undo);
  expect(await drift()).toEqual([]);
});

test("the catalogue has every kind", () => {
  const catalogued = new Set(rowLevelSecurity.map(({ kind }) => kind));
  expect([...catalogued].toSorted()).toEqual([...rowLevelSecurityKinds].toSorted());
});
