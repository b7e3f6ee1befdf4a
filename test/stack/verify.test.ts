import { expect, test } from "vitest";

import { tenancy } from "../../database/tenancy";
import type { IsolationProof } from "@hosterizer/postgres/isolation/isolationProof";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { makeConvergedProject } from "./makeProject";
import type { Project } from "./project";
import { sharedProject } from "./sharedStack";

test("verify passes an untouched stack for every role that logs in with a password", async () => {
  const { code, stdout } = await (
    await sharedProject()
  ).shell("node packages/cli/run.mjs db verify --json");
  const proof = JSON.parse(stdout) as IsolationProof;
  expect(proof.cells.filter(({ ok }) => !ok)).toEqual([]);
  expect(code).toBe(0);
  expect(proof.roles).toEqual(
    expect.arrayContaining(["app_user", "app_readonly", "app_backup", "app_monitor"]),
  );
  expect(proof.tables).toEqual(tenancy.tables.map(({ schema, table }) => `${schema}.${table}`));
  // A role that may insert proves everything; the others depend on existing rows.
  expect(proof.notProven.filter(({ role }) => role === "app_user")).toEqual([]);
});

test("verify --junit prints a report for CI", async () => {
  const { stdout } = await (
    await sharedProject()
  ).shell("node packages/cli/run.mjs db verify --junit");
  expect(stdout).toContain('<testsuite name="local: app_user on public.sites"');
  expect(stdout).toContain('failures="0"');
});

test("verify prints a matrix, and names a policy that leaks", async () => {
  const project = await makeConvergedProject({ proof: true });
  try {
    // A role that may not insert needs existing rows to detect a leak.
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

/** A leak that the program declares is not drift, and up cannot repair it. */
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
  // The next up reports it again.
  expect((await project.npm("up")).output).toContain("Tenants are not isolated: ");

  const configuration = "Pulumi.local.yaml";
  const written = await project.read(configuration);
  await project.write(configuration, `${written}  hosterizer-database:proof: false\n`);
  await project.succeed("up");
  await project.write(configuration, written);
  await project.write(file, present);
  await project.succeed("up");
  // The leaking policy is repaired, too.
  expect(await project.npm("db", "verify")).toMatchObject({ code: 0 });
}
