import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type TenantContext, tenantOptions } from "../../../src/db/stack/tenantContext";
import { createTenantDatabase } from "../../../../postgres/test/integration/rowLevelSecurity/tenantDatabase";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;

beforeAll(async () => {
  database = await createTenantDatabase("session");
});

afterAll(() => database.drop());

describe("a session opened in a tenant's context", () => {
  test.each([
    { context: { kind: "customer", id: "1" } as const, sites: ["Site 1"] },
    { context: { kind: "customer", id: "2" } as const, sites: ["Site 2"] },
    { context: { kind: "customer", id: "9223372036854775807" } as const, sites: [] },
    { context: { kind: "administrator" } as const, sites: ["Site 1", "Site 2"] },
    { context: undefined, sites: [] },
  ])("as $context, sees the sites $sites", async ({ context, sites }) => {
    expect(await sitesSeenBy(context)).toEqual(sites);
  });
});

async function sitesSeenBy(context: TenantContext | undefined): Promise<string[]> {
  const options = context === undefined ? {} : { options: tenantOptions(context) };
  const client = new Client({ ...database.application, ...options });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select name from public.sites where name in ('Site 1', 'Site 2') order by name",
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
