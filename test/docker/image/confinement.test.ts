import { afterAll, beforeAll, expect, test } from "vitest";

import type { TestContainer } from "../testContainer";
import { TestStack } from "../testStack";
import { password, serverFiles } from "./serverFiles";
import { ask, connectTo, testServer } from "./testServer";

const stack = new TestStack();
let files: Awaited<ReturnType<typeof serverFiles>>;
let server: TestContainer;
beforeAll(async () => {
  files = await serverFiles([
    "log_statement = all",
    "log_min_duration_statement = 0",
    "log_min_error_statement = debug5",
    "pg_stat_statements.track = all",
    "archive_mode = on",
    "archive_command = '/bin/true'",
  ]);
  server = await testServer(stack, await stack.volume(), files);
  await server.start();
  await server.until("healthy");
  // The second start sets the password while pg_stat_statements is in use.
  await ask(server, "create extension pg_stat_statements");
  await server.stop();
  await server.start();
  await server.until("healthy");
});
afterAll(() => stack.remove());

/** A field of /proc/<pid>/status of every process, by process id. */
async function statusOf(field: string): Promise<Map<string, string>> {
  const script = `grep -s '^${field}:' /proc/[0-9]*/status`;
  const lines = (await server.succeed("sh", "-c", script)).split("\n");
  return new Map(
    lines.map((line) => {
      const [, pid = "", value = ""] = /^\/proc\/(\d+)\/status:\w+:\s*(.*)$/.exec(line) ?? [];
      return [pid, value];
    }),
  );
}

test("runs the server as a child of process 1, without root and without capabilities", async () => {
  const [names, parents] = await Promise.all([statusOf("Name"), statusOf("PPid")]);
  expect(names.get("1")).toBe("tini");
  const children = [...parents].filter(([, parent]) => parent === "1").map(([pid]) => pid);
  expect(children.map((pid) => names.get(pid))).toEqual(["postgres"]);
  for (const field of ["CapEff", "CapPrm", "CapBnd"]) {
    expect(new Set((await statusOf(field)).values())).toEqual(new Set(["0000000000000000"]));
  }
  expect(new Set((await statusOf("NoNewPrivs")).values())).toEqual(new Set(["1"]));
  expect(new Set((await statusOf("Uid")).values())).toEqual(new Set(["5432\t5432\t5432\t5432"]));
});

test("writes only to its volume and to memory", async () => {
  expect(await server.changes()).toEqual([]);
  // Not even root could write there.
  for (const folder of ["/", "/etc", "/usr/local/bin", "/var/log", "/home"]) {
    const { output } = await server.run(["touch", `${folder}/written`], "0:0");
    expect(output).toContain("Read-only file system");
  }
  const { output } = await server.run(["touch", "/etc/hosterizer/postgresql.conf"]);
  expect(output).toContain("Permission denied");
  for (const folder of ["/tmp", "/run/postgresql", "/var/lib/postgresql"]) {
    await server.succeed("touch", `${folder}/written`);
    await server.succeed("rm", `${folder}/written`);
  }
});

test("has a cluster with data checksums, UTF8 and the locale C", async () => {
  const settings = ["data_checksums", "server_encoding", "lc_collate", "lc_ctype", "lc_messages"];
  const shown = await Promise.all(settings.map((name) => ask(server, `show ${name}`)));
  expect(shown.slice(0, 4)).toEqual(["on", "UTF8", "C", "C"]);
});

test("accepts the superuser with the verifier's password, over TLS only", async () => {
  const session = await connectTo(server, files["ca.crt"]);
  const { rows } = await session.query(
    "select ssl, rolpassword from pg_stat_ssl, pg_authid where pid = pg_backend_pid() and rolname = 'postgres'",
  );
  await session.end();
  expect(rows).toEqual([{ ssl: true, rolpassword: files["superuser.scram"] }]);
  const { output } = await server.run(["psql", "host=127.0.0.1 sslmode=disable", "-c", "select 1"]);
  expect(output).toContain("no pg_hba.conf entry");
});

test("stores its key where only the server can read it", async () => {
  const listed = await server.succeed("stat", "--format=%a %U", "/run/postgresql/server.key");
  expect(listed).toBe("600 postgres");
});

test("shows no secret in its log, its statistics, its environment or docker inspect", async () => {
  const log = await server.logs();
  // The log is as verbose as possible.
  expect(log).toContain("statement: create extension pg_stat_statements");
  const statements = await ask(server, "select query from pg_stat_statements");
  expect(statements).toContain("create extension pg_stat_statements");
  const inspected = JSON.stringify(await server.inspect());
  const environment = await server.succeed(
    "sh",
    "-c",
    "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline",
  );
  const kept = { log, statements, inspected, environment };
  const key = files["server.key"].split("\n")[1] ?? "";
  expect(key.length).toBeGreaterThan(40);
  for (const [place, text] of Object.entries(kept)) {
    for (const secret of [password, "SCRAM-SHA-256$", key]) {
      expect([place, text.includes(secret)]).toEqual([place, false]);
    }
  }
});

test("has the extensions that the database needs", async () => {
  for (const name of ["uuid-ossp", "pgcrypto", "pgaudit"]) {
    await ask(server, `create extension "${name}"`);
  }
});

test("can back up with pgBackRest, which writes only to its volume", async () => {
  const { output, exitCode } = await server.run([
    ...["pgbackrest", "--stanza=hosterizer", "--pg1-path=/var/lib/postgresql/data"],
    ...["--pg1-socket-path=/run/postgresql", "--repo1-path=/var/lib/pgbackrest"],
    ...["--lock-path=/tmp/pgbackrest", "--log-level-file=off", "stanza-create"],
  ]);
  expect([exitCode, output]).toEqual([0, ""]);
  expect(await server.succeed("ls", "/var/lib/pgbackrest/archive")).toBe("hosterizer");
  expect(await server.changes()).toEqual([]);
});
