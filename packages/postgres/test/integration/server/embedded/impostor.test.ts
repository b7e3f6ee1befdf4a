import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  type Impostor,
  type Ruse,
  ruses,
  startImpostor,
} from "../../../../../client/test/impostor";
import { type Connection, withClient } from "../../../../src/connection/connection";
import { libpqEnvironment } from "../../../../src/connection/libpqEnvironment";
import {
  embeddedServer,
  readServerDrift,
  startServer,
  stopServer,
} from "../../../../src/server/embedded/server";
import { issueCertificate, makeAuthority } from "../../../../src/tls/certificates";
import { renderDifference } from "../../../../src/convergence/difference";
import { startTestServer, type TestServer } from "../../testServer";

let folder: string;
let own: TestServer;
/** How clients of a stack reach its superuser. */
let verified: Connection & { sslrootcert: string; password: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-impostor-"));
  own = await startTestServer();
  const now = new Date();
  const authority = await makeAuthority("hosterizer-test", now);
  const request = { commonName: "127.0.0.1", hosts: ["127.0.0.1"], usage: "server" } as const;
  const certificate = await issueCertificate(authority, request, now);
  const { settings } = await embeddedServer(process.cwd(), "test", own.port, certificate);
  own.server = { ...own.server, settings, certificate };
  await stopServer(own.server);
  await startServer(own.server);
  const sslrootcert = join(folder, "ca.pem");
  await writeFile(sslrootcert, authority.certificate);
  const login = { database: "postgres", user: "postgres", password: own.password };
  verified = {
    ...{ host: "127.0.0.1", port: own.port, ...login },
    ...{ sslmode: "verify-full", sslrootcert },
  };
});

afterAll(async () => {
  await own.remove();
  await rm(folder, { recursive: true });
});

const plain = (): Connection => ({
  ...{ host: verified.host, port: verified.port, database: verified.database },
  ...{ user: verified.user, password: verified.password },
});

/** What `run` has made clients send to a program that holds the port of the stopped server. */
async function whileStopped(ruse: Ruse, run: () => Promise<unknown>): Promise<string[]> {
  await stopServer(own.server);
  let impostor: Impostor | undefined;
  try {
    impostor = await startImpostor(ruse, own.port);
    await run();
    return impostor.received;
  } finally {
    await impostor?.stop();
    await startServer(own.server);
  }
}

const enter = (connection: Connection) =>
  withClient(connection, "test", (client) => client.query("select 1 as one"));

function runProgram(program: string, connection: Connection): Promise<number> {
  const args = program === "psql" ? ["--no-psqlrc", "-c", "select 1"] : ["--schema-only"];
  const env = { ...libpqEnvironment(connection), PGCONNECT_TIMEOUT: "5" };
  return new Promise((resolve) => {
    execFile(program, args, { env }, (error) => {
      resolve(error === null ? 0 : Number(error.code));
    });
  });
}

describe("an embedded server", () => {
  test("shows clients that verify it a certificate, and serves those that do not ask for one", async () => {
    for (const connection of [verified, plain()]) {
      const { rows } = await enter(connection);
      expect(rows).toEqual([{ one: 1 }]);
    }
    expect(await runProgram("psql", verified)).toBe(0);
    expect(await runProgram("pg_dump", verified)).toBe(0);
  });

  test("with a rule that trusts everyone can still be looked at by who verifies it, and by nobody else", async () => {
    const rules = join(own.server.paths.data, "pg_hba.conf");
    const before = await readFile(rules, "utf8");
    const reload = () =>
      withClient(verified, "test", (client) => client.query("select pg_reload_conf()"));
    await writeFile(rules, `host all all all trust\n${before}`);
    await reload();

    await expect.poll(() => enter(plain()).then(String, String)).toContain("lets this client in");
    expect((await enter(verified)).rows).toEqual([{ one: 1 }]);
    await expect(enter({ ...plain(), sslmode: "require" })).rejects.toThrow("lets this client in");

    await writeFile(rules, before);
    await reload();
  });

  test("names a certificate that is not the declared one", async () => {
    const now = new Date();
    const authority = await makeAuthority("another", now);
    const request = { commonName: "127.0.0.1", hosts: [], usage: "server" } as const;
    const wanted = {
      ...own.server,
      certificate: await issueCertificate(authority, request, now),
    };
    const drift = await readServerDrift(wanted, () => verified);
    expect(drift.map(renderDifference)).toEqual([
      "file server.crt: found others, expected the declared certificate and its key",
      "file server.key: found others, expected the declared certificate and its key",
    ]);
  });
});

describe.each(ruses)("a program that tries %s on the port of the stopped server", (ruse) => {
  test("gets nothing from a session that does not verify it", async () => {
    const received = await whileStopped(ruse, () =>
      expect(enter(plain())).rejects.toThrow("instead of proving by SCRAM"),
    );
    expect(received.filter((message) => !/^p (SCRAM-SHA-256|c=)/.test(message))).toEqual([]);
  });

  test.each(["psql", "pg_dump"])("gets nothing from %s", async (program) => {
    const received = await whileStopped(ruse, () => runProgram(program, verified));
    expect(received).toEqual([]);
  });
});
