import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { schemas } from "../../../database/extensions";
import { owner } from "../../../database/roles";
import { makeAuthority } from "@hosterizer/postgres/tls/certificates";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { inSnapshot } from "@hosterizer/postgres/connection/inSnapshot";
import { readSchema } from "@hosterizer/postgres/schema/catalog/readSchema";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { Project } from "../../stack/project";
import { engine } from "../engine";
import { catalogs } from "./catalogs";
import type { DockerProject, Program } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";
import { secretsIn, stateSecrets } from "./stateSecrets";

// No test changes this stack.
let project: DockerProject;
let firstUp: string;
let secrets: Map<string, string>;

beforeAll(async () => {
  project = await makeDockerProject(inject("dockerTemplate"), { proof: true });
  firstUp = await project.up();
  secrets = await stateSecrets(project);
});
afterAll(() => project.remove());

const programs = [
  { program: "postgresql", port: () => project.port },
  { program: "pgbouncer", port: () => project.poolerPort },
] as const satisfies { program: Program; port: () => number }[];

describe.each(programs)("$program", ({ program, port }) => {
  /** A session of app_user, who may use both, with different connection settings. */
  const session = async (different: object) => {
    const connection = await project.connection("app_user");
    return rowsOf({ ...connection, port: port(), ...different }, "select current_user as me");
  };

  test("accepts a client that verifies it and has the password", async () => {
    await expect(session({})).resolves.toEqual([{ me: "app_user" }]);
  });

  test("refuses a connection without TLS", async () => {
    await expect(session({ sslmode: "disable" })).rejects.toThrow(
      /no encryption|SSL required|TLS required/,
    );
  });

  test("refuses a wrong password", async () => {
    await expect(session({ password: "guessed" })).rejects.toMatchObject({
      code: expect.stringMatching(/^(28P01|08P01)$/) as unknown,
    });
  });

  test("is refused by a client that trusts another authority", async () => {
    const { certificate } = await makeAuthority("another", new Date());
    const file = join(project.directory, ".hosterizer", `another-${program}.pem`);
    await project.write(`.hosterizer/another-${program}.pem`, certificate);

    await expect(session({ sslrootcert: file })).rejects.toMatchObject({
      code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) as unknown,
    });
  });

  test("is refused by a client that expects another host", async () => {
    await expect(session({ host: "127.0.0.2" })).rejects.toThrow(/127\.0\.0\.2|ECONNREFUSED/);
  });

  test("runs as an ordinary user without write access or privilege escalation", async () => {
    const { Config, HostConfig } = await project.container(program).inspect();

    expect(Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(HostConfig).toMatchObject({
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: expect.arrayContaining([
        expect.stringMatching(/^no-new-privileges/) as unknown,
      ]) as unknown,
      PidMode: "",
      UsernsMode: "",
    });
    // Docker returns null for none.
    expect(JSON.stringify([HostConfig.CapAdd, HostConfig.Devices])).toMatch(
      /^\[(null|\[\]),(null|\[\])\]$/,
    );
    expect(JSON.stringify(HostConfig.Binds)).not.toContain('"/');
    const container = project.container(program);
    expect(await container.succeed("sh", "-c", "grep CapEff /proc/self/status")).toMatch(/0{16}$/);
    expect((await container.run(["touch", "/usr/made"])).output).toMatch(
      /Read-only file system|Permission denied/,
    );
  });

  test("is published on the loopback address only", async () => {
    const { NetworkSettings } = await project.container(program).inspect();
    const published = Object.values(NetworkSettings.Ports).flat();

    expect(published).toEqual([{ HostIp: "127.0.0.1", HostPort: String(port()) }]);
  });

  test("reveals no secret of the stack through docker inspect", async () => {
    const name = `${project.prefix}-${program}`;
    const container = engine.getContainer(name);
    const inspected = await container.inspect();
    const image = engine.getImage(inspected.Image);
    const logs = await project.container(program).logs();
    const shown = JSON.stringify([
      inspected,
      await container.top(),
      await image.inspect(),
      await image.history(),
      await engine.getNetwork(project.prefix).inspect(),
      await engine.getVolume(`${name}-configuration`).inspect(),
      logs,
    ]);

    expect(shown).toContain("/etc/hosterizer");
    expect(logs.length).toBeGreaterThan(100);
    expect(foundIn(shown)).toEqual([]);
  });

  test("has no private key in its image", async () => {
    const folders = "/etc /home /opt /root /srv /tmp /usr/local /var";
    const { Image } = await project.container(program).inspect();
    const listing = await engine.createContainer({
      Image,
      Entrypoint: ["sh", "-c", `echo looking; grep -rIls 'PRIVATE KEY' ${folders}`],
      Cmd: [],
      User: "0",
      Tty: true,
      name: `${project.prefix}-look-${program}`,
    });
    await listing.start();
    await listing.wait();
    const printed = (await listing.logs({ stdout: true })) as Buffer | string;
    await listing.remove();

    expect(printed.toString().trim()).toBe("looking");
  });
});

test("the stack has secrets to look for", () => {
  const names = [...secrets.keys()].join("\n");

  expect([...secrets.values()].every((secret) => secret.length >= 20)).toBe(true);
  // The superuser and the five roles that have a password.
  expect(names.match(/^the password /gm)).toHaveLength(6);
  expect(names.match(/^key \d of the verifier /gm)).toHaveLength(12);
  for (const key of ["server-authority", "server-certificate", "pooler-certificate"]) {
    expect(names).toContain(`of the private key ${key}`);
  }
  expect(names).toContain("of the private key pooler-client-certificate");
});

test("every access rule requires a password or a certificate, and TLS over the network", async () => {
  const rules = await project.query<{ type: string; auth_method: string }>(
    "select type, auth_method from pg_catalog.pg_hba_file_rules",
  );

  const open = rules.filter(({ auth_method: method }) => method !== "reject");
  expect(open.map(({ type, auth_method: method }) => `${type} ${method}`).sort()).toEqual([
    "hostssl cert",
    "hostssl scram-sha-256",
    "local peer",
  ]);
});

test("no file in .hosterizer contains a secret in plain text", async () => {
  const folder = join(project.directory, ".hosterizer");
  const found: string[] = [];
  let files = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\.hosterizer\/passphrase$|\/(toolchain|postgres)\//.test(path))
      continue;
    files += 1;
    found.push(...foundIn(await readFile(path, "latin1")).map((name) => `${path}: ${name}`));
  }

  expect(files).toBeGreaterThan(3);
  expect(found).toEqual([]);
});

test("neither a first up nor a preview in JSON prints a secret", async () => {
  const preview = await project.run("preview", "--json");

  expect(firstUp).toMatch(/\+ \d+ created/);
  expect(preview.code).toBe(0);
  expect(preview.output).toContain("[secret]");
  expect(foundIn([firstUp, preview.output].join("\n"))).toEqual([]);
});

const foundIn = (text: string) => secretsIn(text, secrets);

// In the same clone: one program, two stacks.
describe("the database of a stack local", () => {
  /** The superuser's connection to the database of either stack. */
  let connections: { local: Connection; dev: Connection };

  beforeAll(async () => {
    const local = new Project(
      project.directory,
      Number(/:port: (\d+)/.exec(await project.read("Pulumi.local.yaml"))?.[1]),
    );
    await local.moveTo(await freePort());
    await local.succeed("up");
    connections = { local: await local.connection(), dev: await project.connection() };
  });

  async function linesOf(client: Client, sql: string): Promise<unknown[]> {
    const { rows } = await client.query<{ line: unknown }>(sql);
    return rows.map(({ line }) => line);
  }

  /** Runs the same query on both. */
  async function fromBoth<T>(read: (client: Client) => Promise<T>): Promise<{ local: T; dev: T }> {
    const { local, dev } = connections;
    return {
      local: await withClient(local, "test", read),
      dev: await withClient(dev, "test", read),
    };
  }

  test.each(Object.entries(catalogs))("%s are the same in dev as in local", async (_, sql) => {
    const { local, dev } = await fromBoth((client) => linesOf(client, sql));

    expect(local.length).toBeGreaterThan(2);
    expect(dev).toEqual(local);
  });

  test("the schema is the same in dev as in local, as the program itself reads it", async () => {
    const scope = ["public", ...schemas.map(({ name }) => name)];
    const { local, dev } = await fromBoth(async (client) => {
      const read = (reader: Client) => readSchema(reader, { schemas: scope, owner });
      const objects = await inSnapshot(client, undefined, read);
      const named = objects.map((object) => [`${object.kind} ${object.identity}`, object] as const);
      return Object.fromEntries(named);
    });

    expect(Object.keys(local).filter((name) => name.startsWith("table "))).not.toHaveLength(0);
    expect(dev).toEqual(local);
  });

  test.each([
    ["attributes of roles", "alter role app_user connection limit 7"],
    ["attributes of roles", "alter role app_pooler password 'x'"],
    ["memberships of roles", "grant app_readonly to app_user"],
    ["databases and their settings", "alter role app_user set work_mem = '1MB'"],
    ["databases and their settings", "alter database hosterizer connection limit 7"],
    ["extensions", "alter extension pgcrypto set schema monitoring"],
    ["owners and privileges", "grant select (email) on public.users to app_monitor"],
    [
      "owners and privileges",
      "grant execute on function pg_catalog.pg_read_file(text) to app_user",
    ],
    ["owners and privileges", "alter table public.sites owner to app_user"],
    [
      "default privileges",
      "alter default privileges for role hosterizer_owner grant delete on tables to app_readonly",
    ],
    ["row-level security", "alter table public.sites no force row level security"],
    ["row-level security", "create policy open on public.sites using (true)"],
    ["functions", "create function public.f() returns int language sql as 'select 1'"],
    ["applied migrations", "delete from hosterizer.migration_files where name like '%1_%'"],
  ])("the comparison of %s notices: %s", async (title, change) => {
    const sql = catalogs[title] ?? "";
    const { before, after } = await withClient(connections.local, "test", async (client) => {
      const before = await linesOf(client, sql);
      await client.query("begin");
      await client.query(change);
      const after = await linesOf(client, sql);
      await client.query("rollback");
      return { before, after };
    });

    expect(after).not.toEqual(before);
  });
});
