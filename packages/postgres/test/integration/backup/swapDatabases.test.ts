import { type AddressInfo, connect, createServer } from "node:net";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { dropRestored, openLike } from "../../../src/backup/newDatabase";
import { restore } from "../../../src/backup/restore";
import { swapDatabases } from "../../../src/backup/swapDatabases";
import type { Connection } from "../../../src/connection/connection";
import { rowsOf } from "../testDatabase";
import { makeRestorable, type Restorable } from "./restorable";

let made: Restorable;
let database: Restorable["database"];
let target: Restorable["target"];
let guardian: Restorable["guardian"];

beforeAll(async () => {
  made = await makeRestorable();
  ({ database, target, guardian } = made);
});
// After a failed set-up there is nothing to remove.
afterAll(() => (made as Restorable | undefined)?.remove());

test("a swap ends sessions, and clients that come back find the successor", async () => {
  const source = await made.dumpOf("swap");
  await restore([source], target, { jobs: 2 });
  await openLike(target);
  await rowsOf(made.inNew(), "create table public.only_new ()");
  const idle = new Client(database.superuser);
  idle.on("error", () => undefined);
  await idle.connect();
  const predecessor = `${database.name}_old`;

  await swapDatabases(target.maintenance, {
    name: database.name,
    successor: target.database,
    predecessor,
    guardian: guardian.user,
  });

  await expect(idle.query("select")).rejects.toThrow();
  const found = "select to_regclass('public.only_new') is not null as new";
  expect(await rowsOf(database.superuser, found)).toEqual([{ new: true }]);
  expect(await rowsOf({ ...database.superuser, database: predecessor }, found)).toEqual([
    { new: false },
  ]);
  expect(await made.mayConnect(database.backup, database.name)).toBe(true);
  expect(await made.mayConnect(database.backup, predecessor)).toBe(false);
  expect(await made.mayConnect(guardian, predecessor)).toBe(true);
  const comments = `select shobj_description(oid, 'pg_database') as it from pg_database where datname like '${database.name}%'`;
  expect(await rowsOf(database.superuser, comments)).toEqual([{ it: null }, { it: null }]);
  await dropRestored({ ...target, database: predecessor });
});

describe("a swap", () => {
  const swapTo = (predecessor: string) => ({
    name: database.name,
    successor: target.database,
    predecessor,
    guardian: guardian.user,
  });
  const oids = () =>
    rowsOf(
      target.maintenance,
      `select oid, datname from pg_database where datname like '${database.name}%' order by oid`,
    );

  beforeAll(() => rowsOf(target.maintenance, `create database ${target.database}`));
  afterAll(() => dropRestored(target));

  test("that is prevented before it begins changes nothing", async () => {
    const before = await oids();
    const signal = AbortSignal.abort("SIGINT");
    await expect(
      swapDatabases(target.maintenance, swapTo(`${database.name}_old`), signal),
    ).rejects.toBe("SIGINT");
    expect(await oids()).toEqual(before);
  });

  test("that has begun is completed, whatever is asked since", async () => {
    const predecessor = `${database.name}_old`;
    const [before] = await oids();
    const blocker = new Client(target.maintenance);
    await blocker.connect();
    const stop = new AbortController();
    try {
      // A rename waits for the lock that this takes.
      await blocker.query(`begin; comment on database ${database.name} is 'held'`);
      const swapping = swapDatabases(target.maintenance, swapTo(predecessor), stop.signal);
      const waiting = `select from pg_stat_activity
        where wait_event_type = 'Lock' and query like 'alter database%${database.name}%'`;
      await expect
        .poll(async () => (await rowsOf(target.maintenance, waiting)).length, { timeout: 30_000 })
        .toBe(1);
      stop.abort("SIGINT");
      await blocker.query("rollback");
      await swapping;
    } finally {
      await blocker.end();
    }
    expect((await oids())[0]).toEqual({ ...before, datname: predecessor });
    await dropRestored({ ...target, database: predecessor });
    await rowsOf(target.maintenance, `create database ${target.database}`);
  });

  test("whose connection breaks is reported as the server has completed it", async () => {
    const predecessor = `${database.name}_old`;
    const [before] = await oids();
    const { port, close } = await cutAfter("commit\0", target.maintenance);
    try {
      await swapDatabases({ ...target.maintenance, host: "127.0.0.1", port }, swapTo(predecessor));
    } finally {
      await close();
    }
    expect((await oids())[0]).toEqual({ ...before, datname: predecessor });
    await dropRestored({ ...target, database: predecessor });
    await rowsOf(target.maintenance, `create database ${target.database}`);
  });

  test("whose connection breaks earlier has not taken place", async () => {
    const before = await oids();
    const { port, close } = await cutAfter("alter database", target.maintenance);
    const broken = { ...target.maintenance, host: "127.0.0.1", port };
    await expect(swapDatabases(broken, swapTo(`${database.name}_old`))).rejects.toThrow();
    await close();
    expect(await oids()).toEqual(before);
  });
});

/** A proxy that cuts the first connection once the server has answered a statement. */
async function cutAfter(statement: string, { host, port }: Connection) {
  let cuts = true;
  const proxy = createServer((client) => {
    const server = connect({ host, port });
    let isSent = false;
    client.on("data", (sent) => {
      isSent ||= cuts && sent.includes(statement);
      server.write(sent);
    });
    server.on("data", (answer) => {
      if (!isSent) client.write(answer);
      else {
        cuts = false;
        client.destroy();
        server.destroy();
      }
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => undefined);
      one.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    close: () => new Promise((resolve) => proxy.close(resolve)),
  };
}
