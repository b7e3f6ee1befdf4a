import pg from "pg";

import { builtImage } from "../builtImage";
import type { TestContainer } from "../testContainer";
import type { TestStack } from "../testStack";
import { password } from "./serverFiles";

/** A container of the server's image, not started yet. @param data the volume with its data */
export async function testServer(
  stack: TestStack,
  data: string,
  files: Readonly<Record<string, string>>,
): Promise<TestContainer> {
  return stack.container({
    image: await builtImage("postgresql"),
    volumes: { "/var/lib/postgresql": data, "/var/lib/pgbackrest": await stack.volume() },
    tmpfs: ["/run/postgresql"],
    files,
    port: 5432,
  });
}

/** A session of the superuser over TLS. @param ca PEM of the authority that must have issued the server's certificate */
export async function connectTo(
  server: TestContainer,
  ca: string,
  secret = password,
): Promise<pg.Client> {
  const client = new pg.Client({
    host: "127.0.0.1",
    port: await server.publishedPort(5432),
    database: "postgres",
    user: "postgres",
    password: secret,
    ssl: { ca },
  });
  // A server that shuts down ends its sessions, which is not a failure here.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** The server's answer to a query that is run inside the container as its operating system user. */
export function ask(server: TestContainer, query: string): Promise<string> {
  return server.succeed("psql", "--no-psqlrc", "--tuples-only", "--no-align", "-c", query);
}
