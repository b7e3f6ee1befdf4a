import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

import type { RoleDeclaration } from "../../../../src/access/declarations";
import { secureNewObjects } from "../../../../src/audit/newObjects";
import type { Connection } from "../../../../src/connection/connection";
import { startServer, stopServer } from "../../../../src/server/embedded/server";
import type { RunOptions } from "../../../../src/migrations/runSettings";
import { recordStatements } from "../../../../src/schema/record/schemaRecord";
import { closeNewTables } from "../../../../src/rowLevelSecurity/closeTables";
import { guardedTables, isSubjectToRowSecurity } from "../../../../src/audit/declaredAccess";
import { grantStatements } from "../../audit/grantStatements";
import { rowsOf } from "../../testDatabase";
import { startTestServer, type TestServer } from "../../testServer";
import { copyDatabase } from "../copyDatabase";
import { declared, grants, migrator, owner, roles } from "./declared";
import type { Model } from "./model";

/** Where a sequence of operations is played: a database on one of two servers, and a folder of migrations. */
export class Stage {
  private here: TestServer;
  private name = "stage";
  private count = 0;
  /** The session that SQL runs in. */
  private session: Client | undefined;
  /** Databases to drop later: dropping one while its sessions are closing is slow. */
  private readonly left: { server: TestServer; name: string }[] = [];

  private constructor(
    private readonly first: TestServer,
    private readonly second: TestServer,
    private readonly folder: string,
  ) {
    this.here = first;
  }

  /** Starts the servers, with an empty database. */
  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), "hosterizer-stage-"));
    const stage = new Stage(await startTestServer(), await startTestServer(), folder);
    for (const server of [stage.first, stage.second]) {
      const postgres = connectionTo(server, "postgres");
      await rowsOf(postgres, roles.map(createRole).join(";"));
      // Nothing here outlives the test.
      await rowsOf(postgres, "alter system set fsync = off");
      await rowsOf(postgres, "alter system set full_page_writes = off");
      await rowsOf(postgres, "select pg_reload_conf()");
    }
    await stage.administer("create database stage owner stage_owner template template0");
    await stage.run(
      ["tenancy", "hosterizer"]
        .map((name) => `create schema ${name} authorization ${owner};`)
        .join(""),
    );
    return stage;
  }

  async close(): Promise<void> {
    await this.endSession();
    await this.first.remove();
    await this.second.remove();
    await rm(this.folder, { recursive: true });
  }

  /** The arguments of migrations. */
  get settings(): { connection: Connection; owner: string; directory: string } {
    const connection = { ...this.superuser, user: migrator, password: "stage" };
    return { connection, owner, directory: join(this.folder, "migrations") };
  }

  /** The arguments of migrations as the program runs them. */
  settingsFor(model: Model): RunOptions {
    const { tables } = declared(model).tenancy;
    const secured = secureNewObjects({
      ...{ owner, schemas: ["public"] },
      guarded: guardedTables(grants, tables),
    });
    return {
      ...this.settings,
      recordSchema: recordStatements,
      afterEach: `${closeNewTables(tables)};\n${secured}`,
    };
  }

  /** Whether it has moved to the other server. */
  get isElsewhere(): boolean {
    return this.here !== this.first;
  }

  get superuser(): Connection {
    return connectionTo(this.here, this.name);
  }

  /** Runs SQL as the superuser, in a session that is reset afterwards. */
  async run(sql: string): Promise<void> {
    if (this.session === undefined) {
      this.session = new Client(this.superuser);
      // The next statement reports a lost server.
      this.session.on("error", () => undefined);
      await this.session.connect();
    }
    await this.session.query(sql);
    await this.session.query("discard all");
  }

  /** Grants what is declared, except what needs policies first. */
  async grant(): Promise<void> {
    const { tenancy } = declared({ tables: [] });
    const unbound = grants.filter((grant) => !isSubjectToRowSecurity(grant, tenancy));
    await this.run(unbound.flatMap((grant) => grantStatements(grant, this.name, owner)).join(";"));
  }

  async write(name: string, up: string, down: string): Promise<void> {
    await writeFile(join(this.settings.directory, `${name}.up.sql`), up);
    await writeFile(join(this.settings.directory, `${name}.down.sql`), down);
  }

  async erase(name: string): Promise<void> {
    for (const half of ["up", "down"]) {
      await rm(join(this.settings.directory, `${name}.${half}.sql`));
    }
  }

  /** Keeps the current state as the start of every sequence. */
  async keep(): Promise<void> {
    await this.endSession();
    await cp(this.settings.directory, join(this.folder, "beginning"), { recursive: true });
    await this.administer("alter database stage with allow_connections false");
    await this.administer(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'stage'",
    );
    await this.administer("alter database stage rename to beginning");
  }

  /** Returns to the start. */
  async reset(): Promise<void> {
    await this.leave();
    this.here = this.first;
    await this.administer(`create database ${this.name} owner ${owner} template beginning`);
    await this.admit();
    await rm(this.settings.directory, { recursive: true, force: true });
    await cp(join(this.folder, "beginning"), this.settings.directory, { recursive: true });
    await this.tidy();
  }

  async restart(): Promise<void> {
    await this.endSession();
    await stopServer(this.here.server);
    await startServer(this.here.server);
  }

  /** Dumps the database and restores it into the other server. */
  async move(): Promise<void> {
    const from = this.superuser;
    await this.leave();
    this.here = this.here === this.first ? this.second : this.first;
    await copyDatabase(from, this.superuser);
    await this.administer(`alter database ${this.name} owner to ${owner}`);
    await this.admit();
  }

  /** A copy of a database lacks the privileges on the database itself. */
  private async admit(): Promise<void> {
    const its = grants.filter(({ on }) => on === "database");
    const sql = its.flatMap((grant) => grantStatements(grant, this.name, owner)).join(";");
    await this.administer(sql);
  }

  private async endSession(): Promise<void> {
    await this.session?.end().catch(() => undefined);
    this.session = undefined;
  }

  /** Drops the databases before the last one. */
  private async tidy(): Promise<void> {
    for (const { server, name } of this.left.splice(0, Math.max(this.left.length - 1, 0))) {
      const drop = `drop database if exists ${name} with (force)`;
      await rowsOf(connectionTo(server, "postgres"), drop);
    }
  }

  /** Takes a new name. */
  private async leave(): Promise<void> {
    await this.endSession();
    this.left.push({ server: this.here, name: this.name });
    this.name = `stage_${++this.count}`;
  }

  private async administer(sql: string): Promise<void> {
    await rowsOf(connectionTo(this.here, "postgres"), sql);
  }
}

function createRole({ name, login, inherit = true, memberOf = [] }: RoleDeclaration): string {
  const groups = memberOf.length === 0 ? "" : ` in role ${memberOf.join(", ")}`;
  const entry = login ? "login password 'stage'" : "nologin";
  return `create role ${name} ${entry} ${inherit ? "inherit" : "noinherit"}${groups}`;
}

function connectionTo({ port, password }: TestServer, database: string): Connection {
  return { host: "127.0.0.1", port, database, user: "postgres", password };
}
