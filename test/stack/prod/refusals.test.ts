import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { makeAuthority } from "../../../postgres/certificates/makeAuthority";
import { clientAddress } from "../../../postgres/connection";
import { rowsOf } from "../../integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { olderBinaries } from "../../managed/olderBinaries";
import type { Project } from "../project";
import { configure, makeProdProject, passwordVariable } from "./makeProdProject";

let server: ManagedServer;
let project: Project;

const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startManagedServer({
    settings: { max_connections: "20" },
    names: ["127.0.0.1", "127.0.0.2"],
  });
  undo.push(() => server.remove());
  project = await makeProdProject(server);
  undo.push(() => project.remove());
});

// Also what a failed beginning has left.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

type Keys = Readonly<Record<string, string | number>>;

/** What `up` says when it refuses, having changed nothing. */
async function refusal(
  keys: Keys,
  { of = server, password }: { of?: ManagedServer; password?: string } = {},
): Promise<string> {
  const given = password ?? of.deploy.password;
  await configure(project, of, keys);
  process.env[passwordVariable] = given;
  const { code, output } = await project.npm("up", "--", "--stack", "prod", "--yes");
  expect(code).not.toBe(0);
  expect(output).not.toContain(given);
  const made = "select 1 from pg_roles where rolname ~ '^(app|hosterizer)_'";
  const databases = "select 1 from pg_database where datname = 'hosterizer'";
  expect(await rowsOf(of.superuser, `${made} union all ${databases}`)).toEqual([]);
  return output;
}

const place = (key: string) => `hosterizer-database:${key} in Pulumi.prod.yaml`;

test("a certificate of another authority", async () => {
  const file = join(project.directory, "other.pem");
  await writeFile(file, (await makeAuthority("other", new Date())).certificate);
  expect(await refusal({ sslrootcert: file })).toContain(
    `The certificate of the server at 127.0.0.1:${server.port} is not signed by the one in ${file}: it may be another server.\n` +
      `Set ${place("sslrootcert")} to the file with the authority that has signed it.`,
  );
});

test("a file of an authority that is not there", async () => {
  expect(await refusal({ sslrootcert: "/nowhere.pem" })).toContain("/nowhere.pem is missing.");
});

test("a certificate for another host name", async () => {
  expect(await refusal({ host: "localhost" })).toContain(
    `The certificate of the server at localhost:${server.port} is not made out to localhost: it may be another server.\n` +
      `Set ${place("host")} to a name in the certificate.`,
  );
});

test("a server that speaks no TLS", async () => {
  const plain = await startManagedServer({ tls: false });
  try {
    const keys = { sslrootcert: server.authorityFile };
    expect(await refusal(keys, { of: plain })).toContain(
      `The server at 127.0.0.1:${plain.port} speaks no TLS.\nTurn ssl on there, or look at ${place("host")}`,
    );
  } finally {
    await plain.remove();
  }
});

test("a wrong password, and a role that is not there", async () => {
  expect(await refusal({}, { password: "not-the-password" })).toContain(
    `The server at 127.0.0.1:${server.port} refuses the password of deploy.\nLook at ${place("deployRole")}`,
  );
  expect(await refusal({ deployRole: "nobody" })).toContain("refuses the password of nobody.");
});

test("a password that cannot be had", async () => {
  expect(await refusal({ deployPasswordVariable: "NOT_SET_HERE" })).toContain(
    `The environment variable NOT_SET_HERE is not set, and ${place("deployPasswordVariable")} names it.`,
  );
  const failing = "echo token-that-leaks; echo no session >&2; exit 3";
  const output = await refusal({ deployPasswordCommand: failing });
  expect(output).toContain(
    `${place("deployPasswordCommand")}: the command ended with exit code 3.\nno session\n`,
  );
  expect(output).not.toMatch(/^token-that-leaks/m);
  expect(await refusal({ deployPassword: "in the clear" })).toContain(
    `${place("deployPassword")}: the password is in plain text.`,
  );
});

test("a port where nobody listens, and a host that does not exist", async () => {
  expect(await refusal({ host: "127.0.0.9" })).toContain(
    `No PostgreSQL server answers at 127.0.0.9:${server.port}: nobody listens there.`,
  );
  expect(await refusal({ host: "db.invalid" })).toMatch(
    /No PostgreSQL server answers at db\.invalid:\d+: (there is no such host|the host's name cannot be looked up)\./,
  );
});

test("a server that is too small, and a role that may too little, both at once", async () => {
  await rowsOf(server.superuser, "alter role deploy nocreaterole");
  const output = await refusal({});
  await rowsOf(server.superuser, "alter role deploy createrole");
  expect(output).toContain(
    "max_connections: leaves 17 connections to roles that are no superusers, and applications open up to 25 (hosterizer-database:applicationConnections).",
  );
  expect(output).toContain(
    'role deploy: has no CREATEROLE.\n    Have a superuser run: alter role "deploy" createrole.',
  );
});

test("no connection left", async () => {
  const clients = Array.from({ length: 17 }, () => new Client(clientAddress(server.deploy)));
  try {
    for (const client of clients) await client.connect();
    expect(await refusal({})).toContain(
      `The server at 127.0.0.1:${server.port} has no connection left for deploy.`,
    );
  } finally {
    for (const client of clients) await client.end();
  }
});

test("a standby alone, and a standby among hosts that do not answer", async () => {
  await server.addStandby("127.0.0.2");
  expect(await refusal({ host: "127.0.0.2" })).toContain(
    `The server at 127.0.0.2:${server.port} is read-only: a standby, or one with default_transaction_read_only.\n` +
      `Set ${place("host")} to the primary`,
  );
  expect(await refusal({ host: "127.0.0.2,127.0.0.9" })).toContain(
    "None of the 2 hosts takes writes:\n- The server at 127.0.0.2",
  );
});

test("PostgreSQL 14", async () => {
  const { binaries, remove } = await olderBinaries();
  try {
    const older = await startManagedServer({ binaries });
    try {
      expect(await refusal({}, { of: older })).toContain(
        "server_version: PostgreSQL 14.23: this database is made for PostgreSQL 15",
      );
    } finally {
      await older.remove();
    }
  } finally {
    await remove();
  }
});
