import { readdirSync, readFileSync } from "node:fs";

import { afterAll, beforeAll, expect, test } from "vitest";

import {
  asRole,
  administrator,
} from "../../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { createTenantDatabase } from "../../packages/postgres/test/integration/rowLevelSecurity/tenantDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

/** packages/postgres/test/integration/server/external/superuserPage.test.ts runs the statements for a superuser. */
const superusers = "superuser.md";

const examples = readdirSync("docs")
  .filter((file) => file.endsWith(".md") && file !== superusers)
  .flatMap((file) =>
    sqlIn(readFileSync(`docs/${file}`, "utf8")).map((sql) => [file, sql] as const),
  );

let database: TenantDatabase;

beforeAll(async () => {
  database = await createTenantDatabase("session");
});

afterAll(() => database.drop());

test("the documents have examples in SQL", () => {
  expect(new Set(examples.map(([file]) => file)).size).toBeGreaterThanOrEqual(3);
});

test.each(examples)("what %s shows runs as the owner: %s", async (_file, sql) => {
  await asRole(database.owner, administrator, async (session) => {
    await session.query("set local search_path = public");
    await session.query(sql);
  });
});

function sqlIn(markdown: string): string[] {
  const blocks = markdown.matchAll(/^( *)```sql\n(.*?)^ *```$/gms);
  return Array.from(blocks, ([, indent = "", text = ""]) => text.replaceAll(`\n${indent}`, "\n"));
}
