import { createServer } from "node:net";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { explainRefusal } from "../../../../src/db/stack/explainRefusal";
import type { StackAccess } from "../../../../src/db/stack/stackAccess";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../../../postgres/test/integration/testDatabase";
import { freePort } from "../../../../../postgres/test/integration/freePort";

let database: TestDatabase;
let monitor: Connection & { user: string };

beforeAll(async () => {
  database = await createTestDatabase();
  monitor = await database.role("monitor");
});

afterAll(() => database.drop());

describe("an operator who cannot log in is told why", () => {
  test("when no server listens, with its address and the command that starts it", async () => {
    const port = await freePort();
    await expect(ask({ ...monitor, port })).rejects.toMatchObject({
      name: "UserError",
      message: `No PostgreSQL server answers at 127.0.0.1:${port}.\n\`npm run up\` starts it.`,
    });
  });

  test("with the command for the stack that was asked about", async () => {
    const port = await freePort();
    await expect(ask({ ...monitor, port }, "dev")).rejects.toThrow(
      "`npm run up -- --stack dev` starts it.",
    );
  });

  test("when the address does not exist", async () => {
    await expect(ask({ ...monitor, host: "nowhere.invalid" })).rejects.toThrow(
      "No PostgreSQL server answers at nowhere.invalid:",
    );
  });

  test("when something listens but closes the connection at once", async () => {
    const other = createServer((socket) => socket.resetAndDestroy());
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    try {
      await expect(ask({ ...monitor, port })).rejects.toThrow(/No PostgreSQL server answers/);
    } finally {
      other.close();
    }
  });

  test("when the password is wrong", async () => {
    await expect(ask({ ...monitor, password: "wrong" })).rejects.toThrow(
      `rejects the login of ${monitor.user}.\n\`npm run drift -- --stack local\` shows what differs from the stack.`,
    );
  });

  test("when the database is gone", async () => {
    await expect(ask({ ...monitor, database: "gone" })).rejects.toThrow("has no database gone.");
  });

  test("when the role may not connect", async () => {
    await database.run(`revoke connect on database ${database.name} from public`);
    await expect(ask(monitor)).rejects.toThrow(
      `${monitor.user} may not connect to ${database.name} at `,
    );
    await database.run(`grant connect on database ${database.name} to public`);
  });

  test("when it may connect, but not do what the command needs", async () => {
    await expect(ask(monitor, "local", "select from pg_authid")).rejects.toThrow(
      `denies ${monitor.user} what the command needs: permission denied for table pg_authid.`,
    );
  });

  test("when all connections are taken", async () => {
    await database.run(`alter role ${monitor.user} connection limit 0`);
    await expect(ask(monitor)).rejects.toThrow(`has no connection left for ${monitor.user}.`);
    await database.run(`alter role ${monitor.user} connection limit -1`);
  });

  test("but an error of our own is passed on unchanged", async () => {
    await expect(ask(monitor, "local", "selec 1")).rejects.toMatchObject({
      name: "error",
      code: "42601",
    });
  });
});

function ask(connection: Connection, stack = "local", sql = "select 1") {
  const { host, port, database: name } = connection;
  const access: StackAccess = {
    ...{ stack, host, port, database: name },
    ...{ sslmode: "disable", passwords: {} },
  };
  return explainRefusal(access, connection, (to) =>
    withClient(to, "test", (client) => client.query(sql)),
  );
}
