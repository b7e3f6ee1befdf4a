import { expect, test } from "vitest";

import { tenancy } from "../../database/tenancy";
import type { IsolationProof } from "@hosterizer/postgres/isolation/isolationProof";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";
import { sharedProject } from "./sharedProject";

test("an untouched stack is green for every role that logs in with a password, and everything is proven", async () => {
  const { code, stdout } = await sharedProject().shell(
    "node packages/cli/run.mjs db verify --json",
  );
  const proof = JSON.parse(stdout) as IsolationProof;
  expect(proof.cells.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
  expect(proof.roles).toEqual(
    expect.arrayContaining(["app_user", "app_readonly", "app_backup", "app_monitor"]),
  );
  expect(proof.tables).toEqual(tenancy.tables.map(({ schema, table }) => `${schema}.${table}`));
  // Who may insert proves all; the others see only what is there.
  expect(proof.notProven.filter(({ role }) => role === "app_user")).toEqual([]);
});

test("CI gets a report", async () => {
  const { stdout } = await sharedProject().shell("node packages/cli/run.mjs db verify --junit");
  expect(stdout).toContain('<testsuite name="local: app_user on public.sites"');
  expect(stdout).toContain('failures="0"');
});

test("a person gets a matrix, with the cell of a hole that somebody has made", async () => {
  const project = await makeConvergedProject({ proof: true });
  try {
    // Whoever may not insert is shown a hole by rows that are there.
    await project.query(twoCustomers);
    await project.query(
      "alter policy context_sees_own on public.cost_records using (true) with check (true)",
    );
    const { code, output } = await project.npm("db", "verify");
    expect(code).toBe(7);
    expect(output).toMatch(/^app_user\n +Table +own +other/);
    expect(output).toContain(
      "app_user, public.cost_records, SELECT, context own: found own, the other tenant's, somebody else's, expected own",
    );
    expect(output).toContain(
      "app_readonly, public.cost_records, SELECT, context none: found own, the other tenant's, expected none",
    );
    await leakDeclared(project);
  } finally {
    await project.remove();
  }
});

/** What the program itself declares is no drift, and up cannot take it back. */
async function leakDeclared(project: Project): Promise<void> {
  const file = "database/settings.ts";
  const present = await project.read(file);
  const setting =
    '{ name: "app.current_user_role", value: "administrator", role: "app_user", purpose: "a mistake" },';
  await project.edit(file, "SettingDeclaration[] = [", `SettingDeclaration[] = [${setting}`);

  const { code, output } = await project.npm("up");
  expect(output).toMatch(/Tenants are not isolated: \d+ of \d+ attempts got through\./);
  expect(output).toContain(
    "app_user, public.sites, SELECT, context none: found own, the other tenant's, somebody else's, expected none",
  );
  expect(output).not.toMatch(/^ +at /m);
  expect(code).not.toBe(0);
  // Nothing of it is forgotten.
  expect((await project.npm("up")).output).toContain("Tenants are not isolated: ");

  const configuration = "Pulumi.local.yaml";
  const written = await project.read(configuration);
  await project.write(configuration, `${written}  hosterizer-database:proof: false\n`);
  await project.succeed("up");
  await project.write(configuration, written);
  await project.write(file, present);
  await project.succeed("up");
  // The hole is closed, too.
  expect(await project.npm("db", "verify")).toMatchObject({ code: 0 });
}
