import { afterAll, beforeAll, expect, test } from "vitest";

import { type Connection, NoWritableHost, withClient } from "../../../../src/connection/connection";
import { findWritableHost } from "../../../../src/server/external/findWritableHost";
import {
  type ManagedServer,
  type Standby,
  startManagedServer,
} from "../../../../../../test/managed/managedServer";

let primary: ManagedServer;
let standby: Standby;

beforeAll(async () => {
  primary = await startManagedServer();
  standby = await primary.addStandby("127.0.0.2");
});

afterAll(() => primary.remove());

const at = (host: string): Connection => ({ ...primary.deploy, host, sslmode: "verify-full" });
const listening = (connection: Connection) =>
  withClient(connection, "test", async (client) => {
    const { rows } = await client.query<{ address: string }>(
      "select host(inet_server_addr()) as address",
    );
    return rows[0]?.address;
  });

test("of several hosts the one that accepts writes is used, whichever is named first", async () => {
  for (const hosts of ["127.0.0.1,127.0.0.2", "127.0.0.2,127.0.0.1", "127.0.0.9, 127.0.0.1"]) {
    expect(await listening(at(hosts))).toBe("127.0.0.1");
    expect(await findWritableHost(at(hosts), String)).toBe("127.0.0.1");
  }
});

test("if none accepts writes, each is named with its reason", async () => {
  const error: unknown = await listening(at("127.0.0.2,127.0.0.9")).catch(
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(NoWritableHost);
  expect(error).toMatchObject({ code: "ECONNREFUSED" });
  expect((error as Error).message).toMatch(
    /^no host accepts writes \(127\.0\.0\.2: is read-only, as a standby is; 127\.0\.0\.9: connect ECONNREFUSED/,
  );
  await expect(listening(at("127.0.0.2,127.0.0.2"))).rejects.toMatchObject({ code: "25006" });
});

test("a refusal by one host is passed on, and the next host is not tried", async () => {
  const nowhere = { ...at("127.0.0.1,127.0.0.2"), database: "nowhere" };
  await expect(listening(nowhere)).rejects.toMatchObject({ code: "3D000", name: "error" });
});

test("a single host is used without a check, so that a standby can be inspected", async () => {
  expect(await listening(at("127.0.0.2"))).toBe("127.0.0.2");
});

test("without a password, the environment provides it, as in libpq", async () => {
  const { password, ...without } = at("127.0.0.1") as Connection & { password: string };
  process.env["PGPASSWORD"] = password;
  expect(await listening(without)).toBe("127.0.0.1");
  process.env["PGPASSWORD"] = "another";
  await expect(listening(without)).rejects.toMatchObject({ code: "28P01" });
  delete process.env["PGPASSWORD"];
});

test("after a failover the other host is used", async () => {
  await primary.stop();
  await standby.promote();
  expect(await listening(at("127.0.0.1,127.0.0.2"))).toBe("127.0.0.2");
  expect(await findWritableHost(at("127.0.0.1,127.0.0.2"), String)).toBe("127.0.0.2");
});
