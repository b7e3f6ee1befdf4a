import { afterAll, beforeAll, expect, test } from "vitest";

import { withClient } from "../../../src/connection/connection";
import { variablesOf } from "../../../src/isolation/contexts";
import { runProbe, savepoint } from "../../../src/isolation/runProbe";
import { createTestDatabase, type TestDatabase } from "../testDatabase";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.run(
    `create table public.sites (tenant text);
     create function public.refuse() returns trigger language plpgsql as
       $$begin raise exception 'no' using errcode = '25006'; end$$;
     create trigger refuse before insert on public.sites for each row execute function public.refuse()`,
  );
});

afterAll(() => database.drop());

test.each([
  ["read only", { kind: "read-only" }],
  ["read write", { kind: "error", code: "25006", message: "no" }],
])("a transaction that is %s tells its own refusal from one of the owner's", async (mode, seen) => {
  const observed = await withClient(database.superuser, "test", async (client) => {
    await client.query(`begin ${mode}; savepoint ${savepoint}`);
    const probe = {
      ...({ command: "INSERT", measure: "rows" } as const),
      statements: ["insert into public.sites values ('2')"],
    };
    const pair = { own: "1", other: "2" };
    return runProbe(client, probe, variablesOf({ id: "1", role: "customer" }), pair);
  });
  expect(observed).toEqual(seen);
});
