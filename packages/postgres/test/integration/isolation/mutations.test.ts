import { afterAll, beforeAll, expect, test } from "vitest";

import type { Connection } from "../../../src/connection/connection";
import type { IsolationProof } from "../../../src/isolation/isolationProof";
import { proveIsolation } from "../../../src/isolation/proveIsolation";
import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";
import { createTenantDatabase } from "../rowLevelSecurity/tenantDatabase";
import { rowsOf } from "../testDatabase";
import { mutations } from "./mutations";
import { only } from "./only";

let database: Awaited<ReturnType<typeof createTenantDatabase>>;
const copy = () => `${database.name}_copy`;
const maintenance = (): Connection => ({ ...database.superuser, database: "postgres" });

beforeAll(async () => {
  database = await createTenantDatabase("session");
});
afterAll(() => database.drop());

async function prove(tenancy: Tenancy): Promise<IsolationProof> {
  const { application, backup } = database;
  const sessions = new Map([application, backup].map((session) => [session.user, session]));
  return proveIsolation({
    tenancy,
    connect: (role) => ({ ...(sessions.get(role) ?? application), database: copy() }),
  });
}

/** Every cell of a mutation is the application's: to prove the backup's role as well takes longer and shows nothing more. */
const applicationsTenancy = (): Tenancy => ({ ...database.tenancy, backupRoles: [] });

async function onCopy<T>(work: () => Promise<T>): Promise<T> {
  await rowsOf(maintenance(), `create database ${copy()} template ${database.name}`);
  try {
    return await work();
  } finally {
    await rowsOf(maintenance(), `drop database ${copy()} with (force)`);
  }
}

const failures = ({ cells }: IsolationProof) =>
  cells
    .filter(({ ok }) => !ok)
    .map(({ role, table, command, context }) => ({ role, table, command, context }));

test("the declared database passes in every cell", async () => {
  const proof = await onCopy(() => prove(database.tenancy));
  expect(failures(proof)).toEqual([]);
  expect(proof.notProven).toEqual([]);
  expect(proof.summary.tried).toBeGreaterThan(500);
});

// The names are known once the database exists; their number is known before.
const names = { database: "", owner: "", application: "", backup: "", superuser: "" };
const all = mutations(names);
const indices = all.map(({ what }, index) => [what, index] as const);

test("there are more than sixty holes", () => {
  expect(all.flatMap(({ cells }) => cells).length).toBeGreaterThan(60);
});

test.each(indices)("%s is reported", async (_what, index) => {
  const { owner, application, backup, superuser } = database;
  const mutation = mutations({
    database: copy(),
    owner: owner.user,
    application: application.user,
    backup: backup.user,
    superuser: superuser.user,
  })[index];
  if (mutation === undefined) throw new Error("no mutation");
  const proof = await onCopy(async () => {
    await rowsOf({ ...superuser, database: copy() }, mutation.sql);
    try {
      const tables = mutation.cells.map(({ table }) => table);
      return await prove(only(applicationsTenancy(), tables));
    } finally {
      if (mutation.undo !== undefined) await rowsOf(maintenance(), mutation.undo);
    }
  });
  const told = failures(proof);
  for (const cell of mutation.cells) {
    expect(told, JSON.stringify(proof.notProven)).toContainEqual({
      role: application.user,
      ...cell,
    });
  }
});
