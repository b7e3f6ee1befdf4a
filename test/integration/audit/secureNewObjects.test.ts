import { afterAll, beforeAll, expect, test } from "vitest";

import { secureNewObjects } from "../../../postgres/audit/secureNewObjects";
import { rowsOf } from "../testDatabase";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let secure: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  const { owner, schemas, tenancy } = database.audit;
  const names = ["public", ...schemas.map(({ name }) => name)];
  secure = secureNewObjects({ owner, schemas: names, tables: tenancy.tables });
});

afterAll(() => database.drop());

test("what a migration makes leaves nothing to the audit", async () => {
  const made = `set role ${database.owner};
    create view public.regions as select region from public.sites;
    create view public.regions_in_use as select distinct region from public.regions;
    create view public.people as select full_name from public.users;
    create function public.everyone() returns bigint language sql security definer
      as 'select count(*) from users';`;
  await database.run(`${made} ${secure}`);

  expect(await database.lines()).toEqual([]);
  const [row] = await rowsOf<{ options: string[] | null }>(
    database.superuser,
    "select reloptions as options from pg_class where oid = 'public.people'::regclass",
  );
  expect(row).toEqual({ options: null });
});

test("what somebody else made is not its business", async () => {
  const { user } = await database.role("stranger");
  await database.run(`create view public.strange as select region from public.sites;
    alter view public.strange owner to ${user};
    set role ${database.owner};
    ${secure}`);

  expect(await database.lines()).toEqual([
    expect.stringContaining("view public.strange: found owner"),
    expect.stringContaining("expected security_invoker"),
  ]);
});
