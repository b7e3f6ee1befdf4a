import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

import { scramVerifier } from "@hosterizer/postgres/access/passwords";
import { issueCertificate, makeAuthority } from "@hosterizer/postgres/tls/certificates";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  configurationFiles,
  type ContainerSetting,
  containerSettings,
} from "@hosterizer/postgres/server/container/containerSettings";
import {
  type ConnectionRule,
  connectionRules,
  type PoolerLogin,
} from "@hosterizer/postgres/server/container/connectionRules";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { builtImage } from "../builtImage";
import { engine } from "../engine";
import type { TestContainer } from "../testContainer";
import { TestStack } from "../testStack";

/** A server with a stack's configuration, in a container that Docker restarts when it exits. */
export interface ConfiguredServer {
  container: TestContainer;
  settings: readonly ContainerSetting[];
  rules: readonly ConnectionRule[];
  /** The superuser's verifier that the container got. */
  verifier: string;
  /** A connection to the server; by default the superuser's. */
  connection: Connection;
  /** A certificate that the stack's authority has issued to `role`, and its key. */
  certificateOf: (role: string) => Promise<{ cert: string; key: string; ca: string }>;
  /** Runs statements one by one as the superuser over TLS. */
  ask: <T>(...statements: string[]) => Promise<T[]>;
  /** Runs statements, whether or not the server accepts them. */
  askEach: (statements: readonly string[]) => Promise<void>;
  remove: () => Promise<void>;
}

/** Starts a server with the settings of a stack. The caller removes it, even when its test fails. */
export async function configuredServer(
  pooler: PoolerLogin,
  overrides: Readonly<Record<string, string>> = {},
): Promise<ConfiguredServer> {
  const stack = new TestStack();
  const directory = await mkdtemp(join(tmpdir(), "hosterizer-test-"));
  const remove = async () => {
    await stack.remove();
    await rm(directory, { recursive: true });
  };
  try {
    return { ...(await start(stack, directory, pooler, overrides)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function start(
  stack: TestStack,
  directory: string,
  pooler: PoolerLogin,
  overrides: Readonly<Record<string, string>>,
) {
  const now = new Date();
  const authority = await makeAuthority("the tests' authority", now);
  const server = await issueCertificate(
    authority,
    { commonName: "server", hosts: ["127.0.0.1"], usage: "server" },
    now,
  );
  const password = randomBytes(24).toString("hex");
  const verifier = scramVerifier(password);
  const settings = containerSettings({
    memory: 512,
    overrides,
    backup: { repositories: [], whenArchivingFails: "keep" },
  });
  const files = configurationFiles(settings, pooler).map(
    ({ file, content }) => [file, content] as const,
  );
  const port = await freePort();
  const container = await stack.container({
    image: await builtImage("postgresql"),
    volumes: { "/var/lib/postgresql": await stack.volume() },
    tmpfs: ["/run/postgresql", "/run/hosterizer"],
    files: {
      ...Object.fromEntries(files),
      "server.crt": server.certificate,
      "server.key": server.privateKey,
      "ca.crt": authority.certificate,
      "superuser.scram": verifier,
    },
    port: 5432,
    publishedAt: port,
  });
  await engine.getContainer(container.id).update({ RestartPolicy: { Name: "unless-stopped" } });
  await container.start();
  await container.until("healthy");
  const sslrootcert = join(directory, "ca.pem");
  await writeFile(sslrootcert, authority.certificate);
  const connection: Connection = {
    host: "127.0.0.1",
    port,
    database: "postgres",
    user: "postgres",
    password,
    sslmode: "verify-full",
    sslrootcert,
  };
  const certificateOf = async (role: string) => {
    const client = { commonName: role, hosts: [], usage: "client" } as const;
    const { certificate, privateKey } = await issueCertificate(authority, client, now);
    return { cert: certificate, key: privateKey, ca: authority.certificate };
  };
  const session = async <T>(run: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ ...connection, ssl: { ca: authority.certificate } });
    // One of the tests stops the server.
    client.on("error", () => undefined);
    await client.connect();
    return run(client).finally(() => client.end());
  };
  const ask = <T>(...statements: string[]) =>
    session(async (client) => {
      let rows: T[] = [];
      for (const statement of statements) rows = (await client.query<T & object>(statement)).rows;
      return rows;
    });
  const askEach = (statements: readonly string[]) =>
    session(async (client) => {
      for (const statement of statements) await client.query(statement).catch(() => undefined);
    });
  const rules = connectionRules(pooler);
  return { container, settings, rules, verifier, connection, certificateOf, ask, askEach };
}
