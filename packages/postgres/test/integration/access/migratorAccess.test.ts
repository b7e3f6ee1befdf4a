import { afterEach, beforeEach, describe, expect, test } from "vitest";

import {
  type MigratorAccess,
  readMigratorAccess,
  restoreMigratorAccess,
} from "../../../src/access/migratorAccess";
import { scramVerifier } from "../../../src/access/passwords";
import type { Connection } from "../../../src/connection/connection";
import { createMigrationDatabase, type MigrationDatabase } from "../migrations/migrationDatabase";

describe("the migrator's login", () => {
  let database: MigrationDatabase;
  let deploy: Connection & { user: string };
  let access: MigratorAccess;
  let migrator: string;
  beforeEach(async () => {
    database = await createMigrationDatabase();
    const { connection, owner } = database.settings;
    migrator = connection.user;
    deploy = await database.role("deploy", `createrole in role ${owner}`);
    await database.run(
      `revoke all on database ${database.name} from public;
       grant connect on database ${database.name} to ${migrator}, ${deploy.user}`,
    );
    const role = { of: migrator, name: migrator, login: true, memberOf: [owner], purpose: "" };
    const verifier = scramVerifier(connection.password ?? "");
    access = { connection, verifier, owner, role: migrator, roles: [role] };
  });
  afterEach(() => database.drop());

  const faults = async () => (await readMigratorAccess(access)).map(({ actual }) => actual);

  test.each([
    ["it may not log in", () => `alter role ${migrator} nologin`, /not permitted to log in/],
    ["its password was changed", () => `alter role ${migrator} password 'x'`, /authentication/],
    ["it has no password", () => `alter role ${migrator} password null`, /authentication/],
    [
      "its password has expired",
      () => `alter role ${migrator} valid until '2001-01-01'`,
      /authentication/,
    ],
    [
      "its connection limit is 0",
      () => `alter role ${migrator} connection limit 0`,
      /too many connections/,
    ],
    [
      "it may not connect",
      () => `revoke connect on database ${database.name} from ${migrator}`,
      /permission denied/,
    ],
    [
      "it is not a member of the owner",
      () => `revoke ${access.owner} from ${migrator}`,
      /permission denied to set role/,
    ],
  ])("is drift and is restored if %s, by a superuser or another role", async (_what, sql, says) => {
    for (const deployer of [deploy, database.superuser]) {
      await database.run(sql());
      expect(await faults()).toEqual([expect.stringMatching(says)]);
      await restoreMigratorAccess(deployer, access);
      expect(await faults()).toEqual([]);
    }
  });

  test("is not blamed if the database accepts no more connections at all", async () => {
    await database.run(`alter database ${database.name} connection limit 0`);
    await expect(faults()).rejects.toMatchObject({ code: "53300" });
  });

  test("is not touched if nothing is wrong with it", async () => {
    await restoreMigratorAccess({ ...deploy, password: "wrong" }, access);
    expect(await faults()).toEqual([]);
  });

  test("is named with the reason if it cannot be restored", async () => {
    await database.run(`alter role ${migrator} superuser nologin`);
    await expect(restoreMigratorAccess(deploy, access)).rejects.toThrow(/must be superuser/);
  });
});
