import type { Connection } from "../../../src/connection/connection";
import { applyUserLookup, readLookupDrift } from "../../../src/pooler/userLookup";
import { createTestDatabase } from "../testDatabase";

/** A database with the pooler's lookup function, and roles that exist only in this test. */
export async function createPooledDatabase() {
  const database = await createTestDatabase();
  const pooler = await database.role("pooler");
  const { user: owner } = await database.role("owner");
  const { user: authenticator } = await database.role("authenticator");
  const application = await database.role("app");
  const lookup = { owner, role: pooler.user, authenticator };
  await database.run(`alter role ${owner} nologin;
    alter role ${authenticator} nologin;
    create schema pooler authorization ${owner};
    grant usage on schema pooler to ${pooler.user}`);
  await applyUserLookup(database.superuser, lookup);
  return {
    ...database,
    application,
    lookup,
    pooler,
    drift: (connection: Connection = database.superuser) => readLookupDrift(connection, lookup),
    repair: (connection: Connection = database.superuser) => applyUserLookup(connection, lookup),
  };
}
