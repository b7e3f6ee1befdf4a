import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { dump } from "../../../src/backup/dump";
import { readDump } from "../../../src/backup/dumpContents";
import { dropRestored, type RestoreTarget } from "../../../src/backup/newDatabase";
import type { Connection } from "../../../src/connection/connection";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";

/** A database that is dumped and restored beside itself. */
export type Restorable = Awaited<ReturnType<typeof makeRestorable>>;

/** Makes one, with objects and extensions of several owners. The caller removes it. */
export async function makeRestorable() {
  const database = await createTenantDatabase("session");
  await database.run(`
    create extension citext;
    create schema tools authorization ${database.owner.user};
    create extension pg_trgm schema tools;
    create table public.of_another (n int);
    alter default privileges for role ${database.owner.user} in schema public grant select on tables to ${database.backup.user}`);
  // The one role that may connect to a closed database.
  const guardian = await database.role("migrator", `noinherit in role ${database.owner.user}`);
  await database.run(`
    revoke all on database ${database.name} from public;
    grant connect on database ${database.name} to ${guardian.user}, ${database.backup.user};
    grant select on all tables in schema public to ${database.backup.user};
    grant select on all sequences in schema public to ${database.backup.user}`);
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-restore-"));
  const target: RestoreTarget = {
    database: `${database.name}_new`,
    like: database.name,
    maintenance: { ...database.superuser, database: "postgres" },
    owner: database.owner.user,
  };
  return {
    ...{ database, folder, target, guardian },
    /** The new database, as the superuser. */
    inNew: (): Connection => ({ ...database.superuser, database: target.database }),
    dumpOf: async (name: string) => {
      const file = join(folder, `${name}.dump`);
      await rm(file, { force: true });
      await dump(database.backup, file, {});
      return { file, ...(await readDump(file)) };
    },
    mayConnect: (login: Connection, name: string) =>
      rowsOf({ ...login, database: name }, "select").then(
        () => true,
        () => false,
      ),
    /** The names of the database and of those that are made beside it. */
    databases: async () =>
      (
        await rowsOf<{ name: string }>(
          database.superuser,
          `select datname as name from pg_database where datname like '${database.name}%' order by 1`,
        )
      ).map(({ name }) => name),
    remove: async () => {
      await dropRestored(target);
      await rm(folder, { recursive: true });
      await database.drop();
    },
  };
}
