import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Connection } from "../../../src/connection/connection";
import { renderDifference } from "../../../src/convergence/difference";
import { closeTables } from "../../../src/rowLevelSecurity/closeTables";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { rowsOf } from "../testDatabase";
import { policiesToRoles } from "./policiesToRoles";
import { createTenantDatabase, signWith } from "./tenantDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

const modes = [
  { administrators: "session", context: "session" },
  { administrators: "role", context: "session" },
  { administrators: "session", context: "signed" },
  { administrators: "role", context: "signed" },
] as const;

describe.each(modes)(
  "with administrators by $administrators and contexts by $context",
  ({ administrators, context }) => {
    let database: TenantDatabase;
    beforeAll(async () => {
      database = await createTenantDatabase(administrators, context);
    });
    afterAll(() => database.drop());

    const makeOlder = async () => {
      const { owner, security } = database;
      await database.run(`set role ${owner.user};
        ${policiesToRoles(security)};
        drop function tenancy.acts_as(name[])`);
    };
    const drift = async () =>
      (await readRowLevelSecurityDrift(database.owner, database.security, 0)).map(renderDifference);

    test("an update replaces policies that name roles, and a customer always sees exactly its rows", async () => {
      const token = signWith(database.keys)?.({
        userRole: "customer",
        customerId: "1",
        expires: new Date(Date.now() + 600_000),
      });
      await makeOlder();
      const customers = await pollSites(database.application, token ?? "");
      const rounds = 5;
      for (let round = 0; round < rounds; round++) {
        if (round > 0) await makeOlder();
        expect((await drift())[0]).toMatch(/^function tenancy\.acts_as\(name\[\]\) is missing/);
        const { left } = await closeTables(database.owner, { ...database.security, version: 0 });
        expect(left).toEqual([]);
        await applyRowLevelSecurity(database.owner, database.security);
        expect(await drift()).toEqual([]);
      }
      const polls = await customers.stop();
      expect(polls.length).toBeGreaterThan(10 * rounds);
      expect(new Set(polls)).toEqual(new Set(["1"]));
    });

    test("older policies are repaired where roles have removed themselves from them", async () => {
      await makeOlder();
      for (const login of [database.application, database.backup]) {
        await rowsOf(login, "drop owned by current_user");
      }
      await applyRowLevelSecurity(database.owner, database.security);
      expect(await drift()).toEqual([]);
    });
  },
);

/** Reads customer 1's sites all the time, each time in a transaction of its own, and keeps every result. */
async function pollSites(connection: Connection, token: string) {
  const client = new Client(connection);
  await client.connect();
  const polls: string[] = [];
  let busy = true;
  const poll = async () => {
    while (busy) {
      await client.query("begin");
      await client.query(
        `select set_config('app.current_customer_id', '1', true),
                set_config('app.current_user_role', 'customer', true), set_config('app.context', $1, true)`,
        [token],
      );
      const { rows } = await client.query<{ customer_id: string }>(
        "select customer_id from public.sites",
      );
      polls.push(rows.map(({ customer_id }) => customer_id).join());
      await client.query("commit");
    }
  };
  const polling = poll();
  return {
    stop: async () => {
      busy = false;
      await polling.finally(() => client.end());
      return polls;
    },
  };
}
