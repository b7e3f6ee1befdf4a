import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { connectionVariables } from "@hosterizer/cli/db/stack/connectionVariables";
import { createTenantDatabase } from "../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";

// Like another project: a separate folder, with the output of `npm pack` and its dependencies.
let database: Awaited<ReturnType<typeof createTenantDatabase>>;
let folder: string;

beforeAll(async () => {
  database = await createTenantDatabase("session");
  folder = await mkdtemp(join(tmpdir(), "hosterizer-client-"));
  await execa("npm", ["pack", "./packages/client", "--pack-destination", folder]);
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  const tarball = "./hosterizer-database-client-0.1.0.tgz";
  await execa("npm", ["install", "--no-audit", "--no-fund", tarball], { cwd: folder });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

test.each(["README.md", "packages/client/README.md"])(
  "the example of %s runs in another project",
  async (page) => {
    const text = await readFile(page, "utf8");
    const [, example = ""] = /```js\n(.*?)```/s.exec(text) ?? [];
    const asked = example.replace("customerId: 123", "customerId: 1");
    const shown = "console.log(JSON.stringify(sites.rows ?? sites)); await pool.end();";
    await writeFile(join(folder, "example.mjs"), `${asked}\n${shown}`);
    const env = connectionVariables(database.application);
    const { stdout } = await execa("node", ["example.mjs"], { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject([{ domain: "site1.example.com" }]);
    expect(JSON.parse(stdout)).toHaveLength(1);
  },
);

test("it contains types", async () => {
  const use =
    'import { createPool, withTenantContext } from "hosterizer-database-client";\n' +
    "const pool = createPool();\n" +
    '// @ts-expect-error a customer has an id\nvoid withTenantContext(pool, { userRole: "customer" }, () => Promise.resolve());\n' +
    'void withTenantContext(pool, { userRole: "customer", customerId: 1n }, (client) => client.query("select 1"));\n';
  await writeFile(join(folder, "use.mts"), use);
  const tsc = join(process.cwd(), "node_modules", ".bin", "tsc");
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "use.mts"];
  const { exitCode, stdout } = await execa(tsc, options, { cwd: folder, reject: false });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
});
