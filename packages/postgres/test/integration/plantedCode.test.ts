import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { applyDeployerSettings, readDeployerSettings } from "../../src/access/deployerSettings";
import { readMigratorAccess, restoreMigratorAccess } from "../../src/access/migratorAccess";
import { scramVerifier } from "../../src/access/passwords";
import { readAudit, repairAudit } from "../../src/audit/audit";
import { readWarnings } from "../../src/audit/warnings";
import { type Connection, withClient } from "../../src/connection/connection";
import { readExternalServer } from "../../src/server/external/externalServer";
import { proveIsolation } from "../../src/isolation/proveIsolation";
import { readMigrationState } from "../../src/migrations/migrationState";
import { applyUserLookup, readLookupDrift } from "../../src/pooler/userLookup";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../src/rowLevelSecurity/rowLevelSecurity";
import { readSchemaDrift } from "../../src/schema/schemaDrift";
import { restoreSchema } from "../../src/schema/restoreSchema";
import { readDatabaseStatus } from "../../src/monitoring/databaseStatus";
import { recordedSchemas } from "../../../../database/extensions";
import { plantTraps, policyTrap } from "../../../../test/attacks/traps/plantTraps";
import { sprungTraps, summarize } from "../../../../test/attacks/traps/sprungTraps";
import { createAuditedDatabase } from "./audit/auditedDatabase";
import { rowsOf } from "./testDatabase";
import { startTestServer, type TestServer } from "./testServer";

type Audited = Awaited<ReturnType<typeof createAuditedDatabase>>;

/** Inspections and repairs meet code that the migrator has planted, and run it with the migrator's rights. */
describe("what the owner has defined", () => {
  let server: TestServer;
  let database: Audited;
  let migrator: Connection & { user: string };
  let deploy: Connection & { user: string };

  beforeAll(async () => {
    server = await startTestServer();
    database = await createAuditedDatabase(server.url, { ledger: true });
    migrator = login("hosterizer_migrator");
    deploy = await database.role("deploy", `createrole createdb in role ${database.owner}`);
    await database.run(`grant connect on database ${database.name} to ${deploy.user}`);
    for (const deployer of [database.superuser, deploy]) {
      await applyDeployerSettings({ ...deployer, database: "postgres" }, database.name);
    }
    for (const sql of plantTraps(database.owner, database.name)) await rowsOf(migrator, sql);
    await rowsOf(migrator, `set role ${database.owner}; ${policyTrap}`);
  });
  afterAll(async () => {
    await server.remove();
  });

  const login = (role: string) => {
    const { user, ...rest } = database.session(role);
    return { ...rest, user };
  };
  const expectation = () => ({
    owner: database.owner,
    schemas: recordedSchemas,
    directory: "migrations",
    tenancy: database.audit.tenancy,
  });
  const security = () => ({ owner: database.owner, tenancy: database.audit.tenancy });
  const access = () => {
    const { password = "" } = migrator;
    const role = migrator.user;
    const its = { of: role, name: role, login: true, memberOf: [database.owner], purpose: "" };
    const verifier = scramVerifier(password);
    return { connection: migrator, verifier, owner: database.owner, role, roles: [its] };
  };
  const sprung = () => sprungTraps(server.server.paths.log);
  /** Traps sprung in sessions of roles other than the migrator, or in one with a superuser's rights. */
  const escaped = async () =>
    summarize(
      (await sprung()).filter(
        ({ superuser, login, role, what }) =>
          superuser ||
          (![login, role].some((user) => [migrator.user, database.owner].includes(user)) &&
            !what.startsWith("by hand")),
      ),
    );

  test("is sprung in an ordinary session of any role that calls it, so the traps are live", async () => {
    const role = { role: database.owner };
    const byHand = "select public.spring('by hand') as found";
    expect(await rowsOf(migrator, byHand, role)).toEqual([{ found: true }]);
    const unqualified = "select lower('A'), 'a'::text = 'b'::text";
    await rowsOf(migrator, unqualified, { ...role, search_path: "public, pg_catalog" });
    expect(summarize(await sprung())).toEqual(
      expect.arrayContaining([
        `${migrator.user}: by hand`,
        `${migrator.user}: namesake of lower`,
        `${migrator.user}: operator =`,
      ]),
    );
  });

  test("is not run by inspections with a superuser's or the deploy role's rights", async () => {
    const { audit, lookup } = database;
    for (const deployer of [database.superuser, deploy]) {
      await withClient(deployer, "test", async (client) => {
        await readAudit(client, audit);
        await readWarnings(client, audit);
      });
      await readLookupDrift(deployer, lookup);
      await readExternalServer(
        { ...deployer, database: "postgres" },
        {
          database: database.name,
          extensions: ["pgcrypto"],
          roles: audit.roles.map(({ name }) => name),
          owner: database.owner,
          schemas: audit.schemas.map(({ name }) => name),
          drilled: "app_backup",
          migratedSchemas: ["public"],
        },
      );
      const elsewhere = { ...deployer, database: "postgres" };
      expect(await readDeployerSettings(elsewhere, database.name)).toEqual([]);
    }
    expect(await escaped()).toEqual([]);
  });

  test("is not run by the monitoring role, whose view is the extension's own", async () => {
    const monitor = login("app_monitor");
    await rowsOf(
      migrator,
      `set role ${database.owner};
       alter schema monitoring rename to monitoring_kept;
       create schema monitoring;
       create view monitoring.pg_stat_statements as
         select 1::float8 as mean_exec_time, 1::int8 as calls, 1::float8 as total_exec_time, 1::int8 as rows,
                10::oid as userid, 'x'::text as query,
                (select oid from pg_catalog.pg_database where datname = current_database()) as dbid
          where public.spring('view of statistics');
       grant usage on schema monitoring to ${monitor.user};
       grant select on monitoring.pg_stat_statements to ${monitor.user}`,
    );
    await readDatabaseStatus(monitor, 5);
    await rowsOf(
      migrator,
      `set role ${database.owner};
       drop schema monitoring cascade; alter schema monitoring_kept rename to monitoring`,
    );
    expect(await escaped()).toEqual([]);
  });

  test("is not run by the isolation proof as a role that has more rights than the owner", async () => {
    const { tenancy } = database.audit;
    const monitor = login("app_monitor");
    const [first, second] = ["public.customers", "public.sites"];
    // PostgreSQL evaluates immutable functions while planning, and checks privileges only after that.
    await rowsOf(
      migrator,
      `set role ${database.owner};
       create function public.spring_early() returns boolean language plpgsql immutable as
         $trap$ begin return public.spring('by hand, in a policy'); end $trap$;
       create policy early on ${first} using (public.spring_early());
       create policy early on ${second} using (public.spring_early());
       grant usage on schema public to ${monitor.user};
       grant select on ${second} to ${monitor.user}`,
    );
    await expect(rowsOf(monitor, `select from ${first}`)).rejects.toMatchObject({ code: "42501" });
    expect(summarize(await sprung())).toContain(`${monitor.user}: by hand, in a policy`);
    const before = (await sprung()).length;

    const proof = await proveIsolation({
      tenancy: { ...tenancy, tenantRoles: [], administratorRoles: [], backupRoles: [] },
      strangers: [monitor.user],
      connect: () => monitor,
    });

    expect(await sprung()).toHaveLength(before);
    expect(proof.summary).toMatchObject({ ok: true, failed: 0 });
    expect(
      proof.cells.filter(({ table, command }) => table === "customers" && command === "SELECT"),
    ).toHaveLength(7);
    const reason = expect.stringMatching(/^it may, and has .*pg_monitor/) as unknown;
    const skipped = proof.notProven.filter(({ reason }) => reason.startsWith("it may"));
    expect(skipped.length).toBeGreaterThan(0);
    for (const one of skipped) expect(one).toMatchObject({ reason });
    await rowsOf(
      migrator,
      `set role ${database.owner};
       drop function public.spring_early() cascade; revoke select on ${second} from ${monitor.user};
       revoke usage on schema public from ${monitor.user}`,
    );
  });

  test("is run as the owner by a superuser's pg_amcheck, in a drill", async () => {
    // What `pg_amcheck --heapallindexed` asks for each table and each B-tree.
    const session = { ...database.superuser, database: database.name };
    const before = (await sprung()).length;
    await rowsOf(
      session,
      `create extension amcheck with schema pg_catalog;
       select pg_catalog.bt_index_check(c.oid, true)
         from pg_catalog.pg_class as c
        where c.relkind = 'i' and c.relam = (select oid from pg_catalog.pg_am where amname = 'btree');
       select from pg_catalog.pg_class as c, pg_catalog.verify_heapam(c.oid) where c.relkind = 'r';
       drop extension amcheck`,
    );
    const found = (await sprung()).slice(before);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ role, superuser }) => superuser || role !== database.owner)).toEqual([]);
  });

  test("is run only by the migrator during an inspection of the schema", async () => {
    await readSchemaDrift(migrator, expectation());
    await readMigrationState({
      connection: migrator,
      owner: database.owner,
      directory: "migrations",
    });
    await readRowLevelSecurityDrift(migrator, security(), 9);
    expect(await readMigratorAccess(access())).toEqual([]);
    expect(await escaped()).toEqual([]);
    expect(summarize(await sprung())).toEqual(
      expect.arrayContaining([
        `${migrator.user}: view over the ledger`,
        `${migrator.user}: policy on the record`,
        `${migrator.user}: view over the record`,
      ]),
    );
  });

  test("is removed by repairs, which run it with at most the migrator's rights", async () => {
    const { superuser, audit, lookup } = database;
    // Enough of each kind are left: each repair is a separate transaction.
    await database.run(thinOut);
    await restoreMigratorAccess(superuser, access());
    await applyRowLevelSecurity(migrator, security());
    await restoreSchema({ connection: migrator, deployer: superuser, ...expectation() });
    await applyRowLevelSecurity(migrator, security());
    await applyUserLookup(superuser, lookup);
    await repairAudit(superuser, audit);
    expect(await escaped()).toEqual([]);
    expect(await readSchemaDrift(migrator, expectation())).toEqual([]);
    expect(await database.lines()).toEqual([]);
  });
});

/** Drops most of what has a namesake in pg_catalog. */
const thinOut = `do $thin$
  declare
    found record;
  begin
    for found in
      select o.oid::regoperator::text as name
        from pg_operator as o
       where o.oprcode::text like '%spring_operator%' and o.oprname not in ('=', '||')
    loop
      execute 'drop operator ' || found.name;
    end loop;
    for found in
      select p.oid::regprocedure::text as name
        from pg_proc as p
       where p.prosrc like '%public.spring(%'
         and p.proname not in ('array_remove', 'lower', 'to_regclass')
         and p.proname !~ '^spring'
    loop
      execute 'drop function ' || found.name;
    end loop;
  end
  $thin$`;
