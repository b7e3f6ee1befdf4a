import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { linkModules } from "../linkModules";

let project: string;
let faults: string;
let dead: string;

/** Files with a forbidden import, by the rule that they break. */
const planted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "imports-of-postgres": {
    "packages/postgres/src/toTheProgram.ts": 'import "../../../database/data";',
    "packages/postgres/src/toTheCommandLine.ts": 'import "@hosterizer/cli/command";',
    "packages/postgres/src/toTheComponents.ts": 'import "../../../components/component";',
  },
  "postgres-without-pulumi": {
    "packages/postgres/src/toPulumi.ts": 'import type {} from "@pulumi/pulumi";',
  },
  "imports-of-offline-plugins": {
    "packages/offline-plugins/src/toTheCommandLine.ts": 'import "@hosterizer/cli/command";',
  },
  "imports-of-client": {
    "packages/client/src/toPostgres.ts": 'import type {} from "@hosterizer/postgres/value";',
  },
  "imports-of-cli": {
    "packages/cli/src/toTheComponents.ts": 'import "../../../components/component";',
    "packages/cli/src/toTheDeclarations.ts": 'import type {} from "../../../database/data";',
  },
  "imports-of-components": {
    "components/toTheCommandLine.ts": 'import "@hosterizer/cli/command";',
    "components/toTheEntry.ts": 'import "../index";',
  },
  "imports-of-database": {
    "database/toTheComponents.ts": 'import "../components/component";',
  },
  "database-is-data": {
    "database/toCode.ts": 'import "@hosterizer/postgres/value";',
  },
  "migrations-is-below-schema-and-rowLevelSecurity-and-audit": {
    "packages/postgres/src/migrations/toSchema.ts": 'import "../schema/object";',
  },
  "tests-are-not-imported": {
    "packages/postgres/src/toItsTests.ts": 'import "../test/helper";',
  },
  "no-circle-of-files": {
    "packages/cli/src/one.ts":
      'import { other } from "./other";\nexport const one = () => other();',
    "packages/cli/src/other.ts":
      'import { one } from "./one";\nexport const other = (): unknown => one();',
    "packages/cli/src/oneType.ts":
      'import type { Other } from "./otherType";\nexport type One = Other | 1;',
    "packages/cli/src/otherType.ts":
      'import type { One } from "./oneType";\nexport type Other = { one: One };',
  },
  "no-circle-of-folders": {
    "packages/cli/src/east/a.ts": 'import "../west/a";',
    "packages/cli/src/west/a.ts": "export {};",
    "packages/cli/src/west/b.ts": 'import "../east/b";',
    "packages/cli/src/east/b.ts": "export {};",
  },
};

/** What they import. */
const present = {
  "index.ts": "export {};",
  "components/component.ts": "export {};",
  "components/program.ts": 'import type {} from "@hosterizer/cli/command";',
  "database/data.ts": 'import type {} from "@hosterizer/postgres/value";',
  "packages/cli/src/command.ts": 'import "@hosterizer/postgres/value";',
  "packages/postgres/src/value.ts": "export {};",
  "packages/postgres/src/unused.ts": "export const unused = 1;",
  "packages/postgres/src/schema/object.ts": "export {};",
  "packages/postgres/test/helper.ts": "export {};",
};

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "house-"));
  const configuration = [".dependency-cruiser.mjs", "knip.json", "package.json", "tsconfig.json"];
  const packages = ["cli", "client", "offline-plugins", "postgres"];
  for (const file of [...configuration, ...packages.map((name) => `packages/${name}/package.json`)])
    await cp(file, join(project, file));
  for (const [file, text] of Object.entries(
    Object.assign({}, present, ...Object.values(planted)) as object,
  )) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), `${String(text)}\n`);
  }
  await linkModules(resolve("node_modules"), join(project, "node_modules"));

  const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as {
    scripts: Record<string, string>;
  };
  const { stdout } = await execa("npm", ["run", "--silent", "directions"], {
    cwd: project,
    reject: false,
  });
  expect(scripts["directions"]).toBeDefined();
  faults = stdout;
  dead = (await execa("npm", ["run", "--silent", "dead-code"], { cwd: project, reject: false }))
    .stdout;
});

afterAll(() => rm(project, { recursive: true, force: true }));

const cases = Object.entries(planted).flatMap(([rule, files]) =>
  Object.keys(files).map((file) => ({ rule, file })),
);

test.each(cases.filter(({ rule }) => !rule.startsWith("no-circle")))(
  "$file is caught: $rule",
  ({ rule, file }) => {
    expect(faults).toContain(`${rule}: ${file}`);
  },
);

test.each(["packages/cli/src/one.ts", "packages/cli/src/oneType.ts"])(
  "a circle of two files is caught: %s",
  (file) => {
    expect(faults).toContain(`no-circle-of-files: ${file}`);
  },
);

test("a circle of two folders is caught", () => {
  expect(faults).toContain("no-circle-of-folders: packages/cli/src/east");
});

test("what is allowed is not caught", () => {
  expect(faults).not.toMatch(
    /: (index|components\/(component|program)|database\/data|packages\/cli\/src\/command)\.ts/,
  );
});

test("an export that nothing imports is caught", () => {
  expect(dead).toMatch(/unused\.ts/);
});
