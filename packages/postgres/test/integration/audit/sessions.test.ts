import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Connection } from "../../../src/connection/connection";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let retired: Connection & { user: string };
const opened: Client[] = [];

beforeAll(async () => {
  database = await createAuditedDatabase();
  retired = await database.role("retired");
  await database.run(`alter role ${retired.user} nologin;
    grant connect on database ${database.name} to ${retired.user}`);
});

afterAll(async () => {
  await Promise.all(opened.map((client) => client.end().catch(() => undefined)));
  await database.drop();
});

/** The declaration, in which the role has lost its login. */
const declared = () => {
  const role = { name: retired.user, login: false, purpose: "was rotated away" };
  return {
    ...database.audit,
    roles: [...database.audit.roles, role],
    grants: [
      ...database.audit.grants,
      { role: retired.user, on: "database", privileges: ["CONNECT"] } as const,
    ],
  };
};

/** Two sessions that began while the role could log in. */
async function outlive(): Promise<() => Promise<string[]>> {
  await database.run(`alter role ${retired.user} login`);
  const clients = [new Client(retired), new Client(retired)];
  opened.push(...clients);
  const ends = clients.map(
    (client) =>
      new Promise<string>((resolve) => {
        // The server's error, and then the loss of the connection.
        client.on("error", (error) => {
          resolve((error as Error & { code?: string }).code ?? "");
        });
      }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  await database.run(`alter role ${retired.user} nologin`);
  return () => Promise.all(ends);
}

const line = (rest = "") =>
  `role ${retired.user}: found 2 sessions, expected no session: ${rest || "it may no longer log in"}`;

test("names and ends the sessions of a retired login", async () => {
  expect(await database.lines(declared())).toEqual([]);
  const ends = await outlive();
  expect(await database.lines(declared())).toEqual([line()]);

  await database.repair(undefined, declared());
  // admin_shutdown
  expect(await ends()).toEqual(["57P01", "57P01"]);
  expect(await database.lines(declared())).toEqual([]);
});

test("does not end sessions of roles that may log in", async () => {
  const client = new Client(database.session(database.own("app_user")));
  opened.push(client);
  await client.connect();
  await database.repair(undefined, declared());
  expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

/** The superuser's audits before have revoked this from PUBLIC; without a superuser nothing does. */
const mayEndSessions = ({ user }: { user: string }) =>
  `grant execute on function pg_terminate_backend(integer, bigint) to ${user}`;

test("a deploy role that may create roles ends them too, and remains in no role", async () => {
  const deploy = await database.role("deploy", "createdb createrole");
  await database.run(`grant ${database.owner} to ${deploy.user}; ${mayEndSessions(deploy)}`);
  const ends = await outlive();
  expect(await database.linesAs(deploy, declared())).toEqual([line()]);

  await database.repair(deploy, declared());
  expect(await ends()).toEqual(["57P01", "57P01"]);
  expect(await database.linesAs(deploy, declared())).toEqual([]);
});

test("a role that may not end them says who may", async () => {
  const looker = await database.role("looker");
  await database.run(`grant ${database.owner} to ${looker.user}; ${mayEndSessions(looker)}`);
  await outlive();
  const lines = await database.linesAs(looker, declared());
  expect(lines).toContain(line("only a superuser can repair it (up leaves it)"));
});
