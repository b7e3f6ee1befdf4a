import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { comingMigration, numbered, shippedVersion } from "../shippedMigrations";
import { makeProject } from "./makeProject";
import type { Project } from "./project";

const configuration = "Pulumi.local.yaml";
const stackTrace = /^ +at .+:\d+:\d+\)?$/m;

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

/** The types of the stack's resources, except that of the stack itself. */
async function made(): Promise<string[]> {
  const { stdout } = await project.shell(
    "node packages/cli/run.mjs pulumi stack export --stack local",
  );
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { type: string }[] } };
  const types = (deployment.resources ?? []).map(({ type }) => type);
  return types.filter((type) => type !== "pulumi:pulumi:Stack");
}

describe.each(["preview", "up"])("%s, before anything changes,", (command) => {
  let taken: Server;
  let written: string;

  beforeAll(async () => {
    written = await project.read(configuration);
    const logins = "  hosterizer-database:logins: { app_usr: [1], app_user: [3, 5] }\n";
    await project.write(configuration, written + logins);
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(project.port, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    taken.close();
    await project.write(configuration, written);
  });

  test("names a port in use by another program, and invalid logins", async () => {
    const { code, output } = await project.npm(command);

    expect(code).toBe(1);
    expect(output).toContain(
      `hosterizer-database:port in Pulumi.local.yaml: port ${project.port} of 127.0.0.1 is taken by another program`,
    );
    expect(output).toContain('Pulumi.local.yaml, "app_usr": is not a role of database/roles.ts');
    expect(output).toContain("3 and 5 are not consecutive");
    expect(output).not.toMatch(stackTrace);
    expect(await made()).toEqual([]);
    expect(existsSync(project.server.data)).toBe(false);
  });
});

const faults: [string, string][] = [
  ["an unknown key", "hosterizer-database:colour in Pulumi.local.yaml: unknown key"],
  ["a value of the wrong type", 'hosterizer-database:lockTimeout in Pulumi.local.yaml: "soon" is'],
  ["logins without a number", "is not an object of login numbers"],
  ["a port out of range", 'hosterizer-database:port in Pulumi.local.yaml: "70000" is not a port'],
  ["an invalid role name", 'role "app auditor" in database/roles.ts: the name'],
  ["a role declared twice", 'role "app_user" in database/roles.ts: declared twice'],
  [
    "an extension that the server lacks",
    'extension "postgis" in database/extensions.ts: the server',
  ],
  ["a migration without its down file", "000004_create_deployments_table.down.sql, is missing"],
  ["a duplicate migration number", "number 000005 is already that of"],
  [
    "a gap in the migration numbers",
    `number ${numbered(shippedVersion + 3)} follows ${numbered(shippedVersion)}`,
  ],
  [
    "a tenant table that no migration creates",
    "tenant table public.nowhere in database/tenancy.ts",
  ],
  ["a tenant column that the table lacks", 'the table has no column "customer"'],
];

describe.each(["preview", "up"])(
  "%s, before anything changes, names all faults at once:",
  (command) => {
    let run: Awaited<ReturnType<Project["npm"]>>;

    beforeAll(async () => {
      if (command === "preview") await declareFaults();
      run = await project.npm(command);
    });

    test.each(faults)("%s", (_title, text) => {
      expect(run.output).toContain(text);
    });

    test("exits with code 1, creates nothing, and prints no stack trace", async () => {
      expect(run.code).toBe(1);
      expect(run.output).not.toMatch(stackTrace);
      expect(await made()).toEqual([]);
      expect(existsSync(project.server.data)).toBe(false);
    });
  },
);

async function declareFaults(): Promise<void> {
  await project.edit(
    configuration,
    `:port: ${project.port}`,
    ":port: 70000\n  hosterizer-database:colour: green\n  hosterizer-database:lockTimeout: soon\n  hosterizer-database:logins: { app_user: [] }",
  );
  await project.edit(
    "database/roles.ts",
    "roles: readonly RoleDeclaration[] = [\n",
    `roles: readonly RoleDeclaration[] = [
      { name: "app auditor", login: true, purpose: "reads the log" },
      { name: "app_user", login: true, purpose: "the application, once more" },\n`,
  );
  await project.edit(
    "database/extensions.ts",
    "extensions: readonly ExtensionDeclaration[] = [\n",
    'extensions: readonly ExtensionDeclaration[] = [{ name: "postgis", schema: "public", purpose: "maps" },\n',
  );
  await project.edit(
    "database/tenancy.ts",
    'table: "sites", column: "customer_id" },\n',
    'table: "sites", column: "customer" }, { schema: "public", table: "nowhere", column: "id" },\n',
  );
  await rm(join(project.directory, "migrations", "000004_create_deployments_table.down.sql"));
  for (const name of ["000005_again", comingMigration("late", 3)]) {
    await project.write(`migrations/${name}.up.sql`, "create table public.x (id bigint);\n");
    await project.write(`migrations/${name}.down.sql`, "drop table public.x;\n");
  }
}
