import { randomBytes } from "node:crypto";

import { type ContextKey, signer } from "hosterizer-database-client/signContext";
import { applyRowLevelSecurity } from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { contextSchema } from "../../../src/rowLevelSecurity/contextFunctions";
import { applySigningKeys } from "../../../src/rowLevelSecurity/signingKeys";
import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";
import { guideTables, guideTenancy } from "../../../../../test/guideTables";
import { createTestDatabase } from "../testDatabase";
import { twoCustomers } from "./twoCustomers";

/** The guide's tables with two customers in them, under row-level security, and a session for each role. */
export async function createTenantDatabase(
  administrators: Tenancy["administrators"],
  context: Tenancy["context"] = "session",
) {
  const database = await createTestDatabase();
  const owner = await database.role("owner");
  const application = await database.role("app");
  const backup = await database.role("backup");
  const administrator = await database.role("admin");
  const tenancy: Tenancy = {
    ...guideTenancy,
    administrators,
    context,
    tenantRoles: [application.user],
    administratorRoles: [administrator.user],
    backupRoles: [backup.user],
  };
  const security = { tenancy, owner: owner.user };

  await database.run(`alter database ${database.name} owner to ${owner.user};
    create schema ${contextSchema} authorization ${owner.user};
    set role ${owner.user};
    ${await guideTables()}
    ${twoCustomers}`);
  const keys = [{ id: "1", secret: randomBytes(24).toString("base64url") }];
  if (context === "signed") await applySigningKeys(owner, { owner: owner.user, keys });
  await applyRowLevelSecurity(owner, security);
  const writers = `${application.user}, ${administrator.user}`;
  await database.run(`
    grant usage on schema public to ${writers}, ${backup.user};
    grant select, insert, update, delete on all tables in schema public to ${writers};
    grant select on all tables in schema public to ${backup.user}`);
  return { ...database, owner, application, administrator, backup, tenancy, security, keys };
}

/** Signs contexts with the newest of keys. */
export function signWith(keys: readonly ContextKey[]) {
  const key = keys.at(-1);
  if (key === undefined) throw new Error("there is no key");
  return signer(`${key.id}.${key.secret}`);
}
