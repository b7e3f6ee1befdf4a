import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Connection } from "../../../../postgres/connection";
import { startServer, stopServer } from "../../../../postgres/embedded/server";
import { rowsOf } from "../../testDatabase";
import { startTestServer, type TestServer } from "../../testServer";
import { copyDatabase } from "../copyDatabase";

/** Where a sequence of operations is played: a database on one of two servers, and a folder of migrations. */
export class Stage {
  private here: TestServer;
  private name = "stage";
  private count = 0;
  /** Databases that are done with: to drop one whose sessions are only just closing takes long. */
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
      await rowsOf(
        connectionTo(server, "postgres"),
        `create role stage_owner;
         create role stage_migrator login noinherit password 'stage' in role stage_owner`,
      );
      // Nothing here outlives the test.
      await rowsOf(connectionTo(server, "postgres"), "alter system set fsync = off");
      await rowsOf(connectionTo(server, "postgres"), "select pg_reload_conf()");
    }
    await stage.administer("create database stage owner stage_owner template template0");
    return stage;
  }

  async close(): Promise<void> {
    await this.first.remove();
    await this.second.remove();
    await rm(this.folder, { recursive: true });
  }

  /** What migrations ask for. */
  get settings(): { connection: Connection; owner: string; directory: string } {
    const connection = { ...this.superuser, user: "stage_migrator", password: "stage" };
    return { connection, owner: "stage_owner", directory: join(this.folder, "migrations") };
  }

  get superuser(): Connection {
    return connectionTo(this.here, this.name);
  }

  /** Runs SQL as the superuser, in a session of its own. */
  async run(sql: string): Promise<void> {
    await rowsOf(this.superuser, sql);
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

  /** Keeps what is there as the beginning of every sequence. */
  async keep(directory: string): Promise<void> {
    await cp(directory, join(this.folder, "beginning"), { recursive: true });
    await this.administer("alter database stage with allow_connections false");
    await this.administer(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'stage'",
    );
    await this.administer("alter database stage rename to beginning");
  }

  /** Goes back to the beginning. */
  async reset(): Promise<void> {
    this.leave();
    this.here = this.first;
    await this.administer(`create database ${this.name} owner stage_owner template beginning`);
    await rm(this.settings.directory, { recursive: true, force: true });
    await cp(join(this.folder, "beginning"), this.settings.directory, { recursive: true });
    await this.tidy();
  }

  async restart(): Promise<void> {
    await stopServer(this.here.server);
    await startServer(this.here.server);
  }

  /** Dumps the database and restores it into the other server. */
  async move(): Promise<void> {
    const from = this.superuser;
    this.leave();
    this.here = this.here === this.first ? this.second : this.first;
    await copyDatabase(from, this.superuser);
    await this.administer(`alter database ${this.name} owner to stage_owner`);
  }

  /** Drops the databases before the last one. */
  private async tidy(): Promise<void> {
    for (const { server, name } of this.left.splice(0, Math.max(this.left.length - 1, 0))) {
      const drop = `drop database if exists ${name} with (force)`;
      await rowsOf(connectionTo(server, "postgres"), drop);
    }
  }

  /** Takes a new name. */
  private leave(): void {
    this.left.push({ server: this.here, name: this.name });
    this.name = `stage_${++this.count}`;
  }

  private async administer(sql: string): Promise<void> {
    await rowsOf(connectionTo(this.here, "postgres"), sql);
  }
}

function connectionTo({ port, password }: TestServer, database: string): Connection {
  return { host: "127.0.0.1", port, database, user: "postgres", password };
}
