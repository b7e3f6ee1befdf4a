import { afterAll, beforeAll, expect, test } from "vitest";

import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;

beforeAll(async () => {
  database = await createAuditedDatabase();
});

afterAll(() => database.drop());

test("a database as up leaves it has nothing that is not declared", async () => {
  expect(await database.lines()).toEqual([]);
});
