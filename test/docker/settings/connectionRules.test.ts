import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { provider } from "../../../components/dynamic/serverSettingsProvider";
import { type ConfiguredServer, configuredServer } from "./configuredServer";

// A keyword of pg_hba.conf that must be treated as an ordinary name here.
const database = "sameuser";
const role = "app_pooler";

let server: ConfiguredServer;

beforeAll(async () => {
  server = await configuredServer({ database, role });
  await server.ask(
    `create database ${database}`,
    `create role ${role} login`,
    "create role app_user login password 'a password of the tests'",
    // A role that is a member of no group and has a database of its own name.
    `create database app_user`,
  );
});
afterAll(() => server.remove());

interface Login {
  user: string;
  database: string;
  password?: string;
  ssl: false | { ca: string; cert?: string; key?: string };
}

/** The role of a session, and whether its connection is encrypted. */
async function enter(login: Login): Promise<unknown> {
  const { host, port } = server.connection;
  const client = new Client({ host, port, ...login });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select session_user::text as user, ssl, version
         from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
}

test("the server accepts each rule, none uses trust, and a preview has no drift", async () => {
  const lines = await server.ask<{ auth_method: string; error: string | null }>(
    "select auth_method, error from pg_catalog.pg_hba_file_rules order by line_number",
  );
  expect(lines).toEqual(server.rules.map(({ method }) => ({ auth_method: method, error: null })));
  expect(new Set(lines.map(({ auth_method }) => auth_method))).toEqual(
    new Set(["peer", "reject", "cert", "scram-sha-256"]),
  );

  const { connection, settings, rules } = server;
  const inputs = { connection, host: connection.host, port: connection.port, settings, rules };
  await provider.create(inputs);
  expect(await provider.check(inputs, inputs)).toMatchObject({ inputs: { drift: [] } });
});

test("drift names a rule added to the file by hand", async () => {
  const { connection, settings, rules, container } = server;
  const inputs = { connection, host: connection.host, port: connection.port, settings, rules };
  const { output } = await container.run(["cat", "/etc/hosterizer/pg_hba.conf"]);
  await container.put("/etc/hosterizer", {
    "pg_hba.conf": `host all all 0.0.0.0/0 trust\n${output}`,
  });
  const found = await provider.check(inputs, inputs);
  await container.put("/etc/hosterizer", { "pg_hba.conf": output });

  expect(found).toMatchObject({
    inputs: {
      drift: [
        "rule host all all 0.0.0.0 0.0.0.0 trust is not declared, found line 1 of pg_hba.conf",
      ],
    },
  });
});

test("a connection without TLS is refused, whether its password is right or wrong", async () => {
  const { password = "" } = server.connection;
  for (const user of ["postgres", role, "nobody"])
    await expect(enter({ user, database: "postgres", password, ssl: false })).rejects.toMatchObject(
      {
        code: "28000",
        message: expect.stringMatching(
          /^pg_hba\.conf rejects connection .* no encryption$/,
        ) as string,
      },
    );
});

test("a role logs in with its password over TLS", async () => {
  const { ca } = await server.certificateOf("nobody");
  const login = { user: "app_user", database, ssl: { ca } };

  expect(await enter({ ...login, password: "a password of the tests" })).toEqual({
    user: "app_user",
    ssl: true,
    version: "TLSv1.3",
  });
  await expect(enter({ ...login, password: "another" })).rejects.toMatchObject({ code: "28P01" });
});

test("the pooler logs in with its own certificate, and only to its database", async () => {
  const ssl = await server.certificateOf(role);

  expect(await enter({ user: role, database, ssl })).toMatchObject({ user: role, ssl: true });
  for (const other of ["postgres", "app_user", "template1"])
    await expect(enter({ user: role, database: other, ssl })).rejects.toMatchObject({
      code: "28000",
      message: expect.stringContaining("pg_hba.conf rejects connection") as string,
    });
});

test("the pooler's role cannot log in with a password or another role's certificate", async () => {
  await server.ask(`alter role ${role} password 'a password of the tests'`);
  const { ca } = await server.certificateOf(role);
  const password = "a password of the tests";

  await expect(enter({ user: role, database, password, ssl: { ca } })).rejects.toMatchObject({
    code: "28000",
  });
  await expect(
    enter({ user: role, database, ssl: await server.certificateOf("app_user") }),
  ).rejects.toMatchObject({ code: "28000" });
});

test("a certificate does not log in another role", async () => {
  const ssl = await server.certificateOf("postgres");

  await expect(
    enter({ user: "postgres", database: "postgres", password: "a guess", ssl }),
  ).rejects.toMatchObject({ code: "28P01" });
});

test("replication connections are refused", async () => {
  const { host, port, password = "" } = server.connection;
  const { ca } = await server.certificateOf("nobody");
  const options = { host, port, user: "postgres", password, database: "postgres", ssl: { ca } };
  const client = new Client({ ...options, replication: "true" } as typeof options);

  await expect(client.connect()).rejects.toMatchObject({ code: "28000" });
});

test("only the superuser can connect through the socket", async () => {
  const psql = (user: string) =>
    server.container.run(["psql", "--no-psqlrc", "-U", user, "-d", "postgres", "-c", "select 1"]);

  expect((await psql("postgres")).exitCode).toBe(0);
  expect((await psql("app_user")).output).toMatch(/pg_hba\.conf rejects connection/);
});
