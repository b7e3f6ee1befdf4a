import { afterAll, beforeAll, expect, test } from "vitest";

import { plantTraps, policyTrap } from "../attacks/traps/plantTraps";
import { type SprungTrap, sprungTraps, summarize } from "../attacks/traps/sprungTraps";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";
import { readChecksums } from "./readChecksums";
import { tenantRows } from "./tenantRows";

/** Roles whose sessions may run the owner's code: they have no more rights than the owner. */
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

/** The traps that were sprung with more than the owner's rights. */
const escaped = (traps: readonly SprungTrap[]) =>
  summarize(traps.filter(({ login, superuser }) => superuser || !harmless.includes(login)));

// preview is left out: it reads the same as drift.
test.each([
  ["drift", ["drift"]],
  ["db status", ["db", "--", "status"]],
  ["db verify", ["db", "--", "verify"]],
  ["db migrate status", ["db", "--", "migrate", "status"]],
  ["db accept-drift", ["db", "--", "accept-drift", "--reason", "a test", "view public.nothing"]],
  ["db env", ["db", "--", "env"]],
])("%s runs none of the owner's code with more than the owner's rights", async (_name, command) => {
  await project.npm(...command);

  expect(escaped(await sprungTraps(project.server.log))).toEqual([]);
});

test("the migrator's sessions do spring the planted traps", async () => {
  const sprung = await sprungTraps(project.server.log);
  const what = summarize(sprung.filter(({ login }) => login === "hosterizer_migrator"));

  expect(what).toContain("hosterizer_migrator: view over the ledger");
  expect(what).toContain("hosterizer_migrator: policy on the record");
});

test("up runs none of the owner's code with more than the owner's rights", async () => {
  const { code, output } = await project.npm("up");

  expect(escaped(await sprungTraps(project.server.log))).toEqual([]);
  expect({ code, output }).toMatchObject({ code: 0 });
});

test("up leaves no trap behind and changes no row", async () => {
  const { code, output } = await project.npm("drift");

  expect({ code, output }).toMatchObject({ code: 0 });
  expect(await readChecksums(project)).toEqual(filled);
});
