import { afterAll, beforeAll, expect, test } from "vitest";

import { plantTraps, policyTrap } from "../attacks/traps/plantTraps";
import { type SprungTrap, sprungTraps, summarize } from "../attacks/traps/sprungTraps";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";
import { readChecksums } from "./readChecksums";
import { tenantRows } from "./tenantRows";

/** Whose sessions may run what the owner has defined: they have no more rights than it. */
const harmless = ["hosterizer_migrator", "app_user", "app_readonly", "app_backup"];

let project: Project;
let filled: Record<string, string>;

beforeAll(async () => {
  project = await makeConvergedProject({ proof: true });
  await project.query(tenantRows);
  filled = await readChecksums(project);
  for (const sql of [
    ...plantTraps("hosterizer_owner", "hosterizer", 16),
    `set role hosterizer_owner; ${policyTrap}`,
  ]) {
    await project.query(sql, "hosterizer_migrator");
  }
});
afterAll(() => project.remove());

/** What was sprung with more than the owner's rights. */
const escaped = (traps: readonly SprungTrap[]) =>
  summarize(traps.filter(({ login, superuser }) => superuser || !harmless.includes(login)));

// A preview for people is what drift is.
test.each([
  ["drift", ["drift"]],
  ["db status", ["db", "--", "status"]],
  ["db verify", ["db", "--", "verify"]],
  ["db migrate status", ["db", "--", "migrate", "status"]],
  ["db accept-drift", ["db", "--", "accept-drift", "--reason", "a test", "view public.nothing"]],
  ["db env", ["db", "--", "env"]],
])("%s runs nothing of the owner's with more than the owner's rights", async (_name, command) => {
  await project.npm(...command);

  expect(escaped(await sprungTraps(project.server.log))).toEqual([]);
});

test("what was planted is sprung, by the migrator", async () => {
  const sprung = await sprungTraps(project.server.log);
  const what = summarize(sprung.filter(({ login }) => login === "hosterizer_migrator"));

  expect(what).toContain("hosterizer_migrator: view over the ledger");
  expect(what).toContain("hosterizer_migrator: policy on the record");
});

test("up runs nothing of the owner's with more than the owner's rights", async () => {
  const { code, output } = await project.npm("up");

  expect(escaped(await sprungTraps(project.server.log))).toEqual([]);
  expect({ code, output }).toMatchObject({ code: 0 });
});

test("and it leaves none of it: drift is clean, and every row is as it was", async () => {
  const { code, output } = await project.npm("drift");

  expect({ code, output }).toMatchObject({ code: 0 });
  expect(await readChecksums(project)).toEqual(filled);
});
