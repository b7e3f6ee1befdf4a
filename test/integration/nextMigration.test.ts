import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { linkModules } from "../linkModules";
import { comingMigration } from "../shippedMigrations";

let project: string;

// As docs/change-the-database.md tells a user to: a pair of files, and a line of database/tenancy.ts.
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "one-more-"));
  // The test server's account can then run the server that is installed; otherwise a copy of it would stay behind in /var/lib.
  await chmod(project, 0o711);
  const listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await execa("git", listing);
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await cp(file, join(project, file)).catch(() => undefined);
  }
  await linkModules(join(process.cwd(), "node_modules"), join(project, "node_modules"));

  const migration = join(project, "migrations", comingMigration("create_invoices_table"));
  await writeFile(`${migration}.up.sql`, up);
  await writeFile(`${migration}.down.sql`, down);
  const tenancy = join(project, "database", "tenancy.ts");
  const declared = await readFile(tenancy, "utf8");
  const line = '    { schema: "public", table: "invoices", column: "customer_id" },\n';
  const more = declared.replace("  tables: [\n", (start) => start + line);
  expect(more).not.toBe(declared);
  await writeFile(tenancy, more);
});
afterAll(() => rm(project, { recursive: true }));

const up = `create table public.invoices (
    id bigint generated always as identity,
    customer_id bigint not null,
    number text not null,

    constraint invoices_pkey primary key (id),
    constraint invoices_customer_id_number_key unique (customer_id, number),
    constraint invoices_customer_id_fkey foreign key (customer_id)
        references public.customers (id) on delete restrict
);
comment on table public.invoices is 'What a customer is asked to pay';
alter table public.sites add column note text;
`;
const down = `alter table public.sites drop column note;
drop table public.invoices;
`;

test("one more migration breaks no test that reads the folder", { timeout: 900_000 }, async () => {
  const files = await representatives();
  // Without the tests that every migration must pass, this would prove nothing.
  expect(files).toEqual(
    expect.arrayContaining([
      "packages/postgres/test/integration/migrations/upDownUp.test.ts",
      "packages/cli/test/unit/commands/check.test.ts",
    ]),
  );
  const projects = ["--project", "unit", "--project", "integration"];
  const environment = Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST)/.test(name));
  const { exitCode, all } = await execa("npx", ["vitest", "run", ...projects, ...files], {
    cwd: project,
    env: Object.fromEntries(environment),
    extendEnv: false,
    all: true,
    reject: false,
  });

  expect(exitCode, all).toBe(0);
});

const testFolders = [
  "test",
  ...["cli", "client", "postgres"].map((name) => `packages/${name}/test`),
];

// Its path as these tests write it, or an import from modules that have read it.
const namesFolder =
  /\((?:join\(__dirname, )?"(?:\.\.\/)*migrations"|: "migrations",|\b(?:shippedMigrations|\w*[rR]ealMigrations)\b/;

/**
 * Of the unit and integration tests, one for each module that names the folder of migrations: for a test itself, that one; for what tests
 * share, the one of its users that is shortest with all that it imports of tests.
 */
async function representatives(): Promise<string[]> {
  const sources = await readSources(testFolders.map((folder) => join(project, folder)));
  const isTest = (path: string) =>
    /^(?:packages\/[^/]+\/)?test\/(?:unit|integration)\/.*\.test\.ts$/.test(path);
  const readers = [...sources].filter(
    ([path, text]) => namesFolder.test(text) && path !== relative(process.cwd(), __filename),
  );
  const chosen = readers.map(([reader]) => {
    if (isTest(reader)) return reader;
    const users = [...sources.keys()].filter(
      (path) => isTest(path) && importedBy(path, sources).has(reader),
    );
    const length = (path: string) =>
      [...importedBy(path, sources)].reduce(
        (sum, each) => sum + (sources.get(each) ?? "").length,
        0,
      );
    return users.sort((one, other) => length(one) - length(other))[0];
  });
  return [...new Set(chosen.filter((path) => path !== undefined))].sort();
}

/** A module and all test modules that it imports, directly or not. */
function importedBy(path: string, sources: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = new Set([path]);
  for (const each of found) {
    for (const [, name = ""] of (sources.get(each) ?? "").matchAll(/ from "(\.[^"]+)"/g)) {
      const imported = `${join(dirname(each), name)}.ts`;
      if (sources.has(imported)) found.add(imported);
    }
  }
  return found;
}

async function readSources(folders: readonly string[]): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.name.endsWith(".ts")) continue;
      const path = join(entry.parentPath, entry.name);
      sources.set(relative(project, path), await readFile(path, "utf8"));
    }
  }
  return sources;
}
