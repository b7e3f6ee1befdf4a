import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { findExternalServer } from "../../../components/findServer";
import { makeAuthority } from "@hosterizer/postgres/tls/certificates";
import { clientAddress } from "@hosterizer/postgres/connection/connection";
import { type ExternalSettings, readSettings } from "../../../components/settings";
import { deployPassword } from "@hosterizer/cli/externalStack/externalEnvironment";
import { reachWritableHost } from "@hosterizer/cli/externalStack/deployRole";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { olderBinaries } from "../../managed/olderBinaries";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";

let server: ManagedServer;
const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startManagedServer({
    settings: { max_connections: "20" },
    names: ["127.0.0.1", "127.0.0.2"],
  });
  undo.push(() => server.remove());
});

// Also after a beforeAll that failed halfway.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

type Keys = Readonly<Record<string, string>>;

const place = (key: string) => `hosterizer-database:${key} in Pulumi.prod.yaml`;

/** The settings of a Pulumi.prod.yaml with these keys. */
function settingsFor({ host, port, authorityFile }: ManagedServer, keys: Keys): ExternalSettings {
  const all = {
    instance: "external",
    host,
    port: String(port),
    sslrootcert: authorityFile,
    deployRole: "deploy",
    ...keys,
  };
  const configuration = Object.entries(all).map(
    ([key, value]) => [`hosterizer-database:${key}`, value] as const,
  );
  const read = readSettings(Object.fromEntries(configuration), "prod");
  if (!("settings" in read)) throw new Error(read.faults.map(String).join("\n"));
  return read.settings as ExternalSettings;
}

/** The error of every command of a stack with these keys before Pulumi starts. */
async function refusal(
  keys: Keys,
  { of = server, password = of.deploy.password }: { of?: ManagedServer; password?: string } = {},
): Promise<string> {
  const reached = reachWritableHost(settingsFor(of, keys), password, place);
  return messageOf(reached, password);
}

async function messageOf(attempt: Promise<unknown>, password: string): Promise<string> {
  const error: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toMatchObject({ name: "UserError" });
  const { message } = error as Error;
  expect(message).not.toContain(password);
  return message;
}

test("a certificate of another authority", async () => {
  const file = join(dirname(server.authorityFile), "other.pem");
  await writeFile(file, (await makeAuthority("other", new Date())).certificate);
  expect(await refusal({ sslrootcert: file })).toContain(
    `The certificate of the server at 127.0.0.1:${server.port} is not signed by the one in ${file}: it may be another server.\n` +
      `Set ${place("sslrootcert")} to the file with the authority that has signed it.`,
  );
});

test("a missing file of an authority", async () => {
  expect(await refusal({ sslrootcert: "/nowhere.pem" })).toContain("/nowhere.pem is missing.");
});

test("a certificate for another host name", async () => {
  expect(await refusal({ host: "localhost" })).toContain(
    `The certificate of the server at localhost:${server.port} is not made out to localhost: it may be another server.\n` +
      `Set ${place("host")} to a name in the certificate.`,
  );
});

test("a server that does not support TLS", async () => {
  const plain = await startManagedServer({ tls: false });
  try {
    const keys = { sslrootcert: server.authorityFile };
    expect(await refusal(keys, { of: plain })).toContain(
      `The server at 127.0.0.1:${plain.port} does not support TLS.\nTurn ssl on there, or check ${place("host")}`,
    );
  } finally {
    await plain.remove();
  }
});

test("a wrong password, and a role that does not exist", async () => {
  expect(await refusal({}, { password: "not-the-password" })).toContain(
    `The server at 127.0.0.1:${server.port} refuses the password of deploy.\nCheck ${place("deployRole")}`,
  );
  expect(await refusal({ deployRole: "missing_role" })).toContain(
    "refuses the password of missing_role.",
  );
});

test("a password that is not available", async () => {
  const asked = (keys: Keys) =>
    messageOf(deployPassword("prod", settingsFor(server, keys), {}), server.deploy.password);
  expect(await asked({ deployPasswordVariable: "NOT_SET_HERE" })).toContain(
    `The environment variable NOT_SET_HERE is not set, and ${place("deployPasswordVariable")} names it.`,
  );
  const failing = "echo token-that-leaks; echo no session >&2; exit 3";
  const message = await asked({ deployPasswordCommand: failing });
  expect(message).toContain(
    `${place("deployPasswordCommand")}: the command ended with exit code 3.\nno session\n`,
  );
  expect(message).not.toMatch(/^token-that-leaks/m);
});

test("a closed port, and a host that does not exist", async () => {
  expect(await refusal({ host: "127.0.0.9" })).toContain(
    `No PostgreSQL server answers at 127.0.0.9:${server.port}: nothing listens on that port.`,
  );
  expect(await refusal({ host: "db.invalid" })).toMatch(
    /No PostgreSQL server answers at db\.invalid:\d+: (there is no such host|the host name could not be resolved)\./,
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

test("only a standby, and a standby among hosts that do not answer", async () => {
  await server.addStandby("127.0.0.2");
  expect(await refusal({ host: "127.0.0.2" })).toContain(
    `The server at 127.0.0.2:${server.port} is a standby: it accepts no writes.\n` +
      `Set ${place("host")} to the primary`,
  );
  expect(await refusal({ host: "127.0.0.2,127.0.0.9" })).toContain(
    "None of the 2 hosts accepts writes:\n- The server at 127.0.0.2",
  );
});

test("PostgreSQL 14", async () => {
  const { binaries, remove } = await olderBinaries();
  try {
    const older = await startManagedServer({ binaries });
    try {
      expect(await programRefusals(older)).toContainEqual(
        expect.stringContaining(
          "server_version: PostgreSQL 14.23: this project supports PostgreSQL 15 only",
        ),
      );
    } finally {
      await older.remove();
    }
  } finally {
    await remove();
  }
});

/** The program's faults before it creates anything. The password comes from the environment. */
async function programRefusals(of: ManagedServer): Promise<string[]> {
  process.env["PGPASSWORD"] = of.deploy.password;
  try {
    const { faults } = await findExternalServer(settingsFor(of, {}), "prod");
    const made = "select 1 from pg_roles where rolname ~ '^(app|hosterizer)_'";
    const databases = "select 1 from pg_database where datname = 'hosterizer'";
    expect(await rowsOf(of.superuser, `${made} union all ${databases}`)).toEqual([]);
    return faults.map(({ message }) => message);
  } finally {
    delete process.env["PGPASSWORD"];
  }
}
