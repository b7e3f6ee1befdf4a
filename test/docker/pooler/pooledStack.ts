import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pooler as role } from "../../../database/roles";
import { generatePassword } from "@hosterizer/postgres/access/passwords";
import { issueCertificate, makeAuthority } from "@hosterizer/postgres/tls/certificates";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  configurationFiles,
  containerSettings,
} from "@hosterizer/postgres/server/container/containerSettings";
import { pgbouncerFiles } from "@hosterizer/postgres/pooler/pgbouncerFiles";
import { builtImage } from "../builtImage";
import type { TestContainer } from "../testContainer";
import { TestStack } from "../testStack";
import { shapeDatabase } from "./shapeDatabase";

/** The server's name in the network. */
const alias = "server";
const database = "hosterizer";

/** This project's database in a container, with PgBouncer in front of it. */
export interface PooledStack {
  /** The container that is running now. */
  server: () => TestContainer;
  pooler: TestContainer;
  /** Replaces the server's container by another one with the same data, as an update does. */
  replaceServer: () => Promise<void>;
  /** A role's connection to the database: direct, through the pooler, or through another pooler. */
  connect: (
    user: string,
    way: "direct" | "pooled" | TestContainer,
  ) => Promise<Connection & { password: string }>;
  /** Another pooler in front of the same server. @param change to its settings file */
  otherPooler: (change: (ini: string) => string) => Promise<TestContainer>;
  remove: () => Promise<void>;
}

/**
 * Starts both, with the settings and certificates of a stack. The caller removes it, even when its test fails.
 *
 * @param overrides settings of the server that differ from a stack's.
 */
export async function startPooledStack(
  overrides: Readonly<Record<string, string>> = {},
): Promise<PooledStack> {
  const stack = new TestStack();
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-pooler-"));
  const remove = async () => {
    await stack.remove();
    await rm(folder, { recursive: true });
  };
  try {
    return { ...(await start(stack, folder, overrides)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function start(
  stack: TestStack,
  folder: string,
  overrides: Readonly<Record<string, string>>,
) {
  const now = new Date();
  const authority = await makeAuthority("the tests' authority", now);
  const issue = (usage: "server" | "client", commonName: string, hosts: string[] = []) =>
    issueCertificate(authority, { commonName, hosts, usage }, now);
  const sslrootcert = join(folder, "ca.pem");
  await writeFile(sslrootcert, authority.certificate);

  const superuser = generatePassword();
  const own = await issue("server", alias, [alias, "127.0.0.1"]);
  const network = { name: await stack.network(), alias };
  const data = await stack.volume();
  const startServer = async () => {
    const container = await stack.container({
      image: await builtImage("postgresql"),
      volumes: { "/var/lib/postgresql": data },
      tmpfs: ["/run/postgresql", "/run/hosterizer"],
      port: 5432,
      network,
      files: {
        ...contents(
          configurationFiles(
            containerSettings({
              memory: 512,
              overrides,
              backup: { repositories: [], whenArchivingFails: "keep" },
            }),
            { database, role },
          ),
        ),
        "server.crt": own.certificate,
        "server.key": own.privateKey,
        "ca.crt": authority.certificate,
        "superuser.scram": superuser.verifier,
      },
    });
    await container.start();
    await container.until("healthy");
    return container;
  };
  let server = await startServer();

  const shown = await issue("server", "pooler", ["127.0.0.1"]);
  const client = await issue("client", role);
  const configuration = contents(
    pgbouncerFiles({ role, poolSize: 25, database, server: { host: alias, port: 5432 } }),
  );
  const startPooler = async (ini = configuration["pgbouncer.ini"] ?? "") => {
    const container = await stack.container({
      image: await builtImage("pgbouncer"),
      port: 6432,
      network: { name: network.name, alias: "pooler" },
      files: {
        ...configuration,
        "pgbouncer.ini": ini,
        "server.crt": shown.certificate,
        "server.key": shown.privateKey,
        "client.crt": client.certificate,
        "client.key": client.privateKey,
        "ca.crt": authority.certificate,
      },
    });
    await container.start();
    await container.until("healthy");
    return container;
  };

  const address = async (container: TestContainer, port: number) => ({
    host: "127.0.0.1",
    port: await container.publishedPort(port),
    sslmode: "verify-full" as const,
    sslrootcert,
  });
  const passwords = await shapeDatabase(
    {
      ...(await address(server, 5432)),
      user: "postgres",
      database: "postgres",
      password: superuser.password,
    },
    database,
  );
  const pooler = await startPooler();
  return {
    pooler,
    server: () => server,
    replaceServer: async () => {
      await server.stop();
      server = await startServer();
    },
    connect: async (user: string, way: "direct" | "pooled" | TestContainer) => ({
      ...(way === "direct"
        ? await address(server, 5432)
        : await address(way === "pooled" ? pooler : way, 6432)),
      user,
      database,
      password: user === "postgres" ? superuser.password : (passwords[user] ?? ""),
    }),
    otherPooler: (change: (ini: string) => string) =>
      startPooler(change(configuration["pgbouncer.ini"] ?? "")),
  };
}

function contents(files: readonly { file: string; content: string }[]): Record<string, string> {
  return Object.fromEntries(files.map(({ file, content }) => [file, content]));
}
