import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  createCluster,
  embeddedServer,
  type EmbeddedServer,
  removeServer,
  startServer,
} from "../../src/server/embedded/server";
import { freePort } from "./freePort";

/** A separate real server, in a temporary folder, with what tests need to reach it as a superuser. */
export interface TestServer {
  server: EmbeddedServer;
  port: number;
  password: string;
  /** `postgres://…` as the superuser `postgres`. */
  url: string;
  /** Stops the server and removes its data. */
  remove: () => Promise<void>;
}

/** Creates and starts a server. The caller removes it, even if its test fails. */
export async function startTestServer(): Promise<TestServer> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "hosterizer-test-"));
  // The server may run as a different user from the tests, who must be able to enter the folder.
  await chmod(directory, 0o711);
  const home = join(directory, "server");
  const server = {
    ...(await embeddedServer(process.cwd(), "test", port)),
    paths: { directory: home, data: join(home, "data"), log: join(home, "postgresql.log") },
  };
  const password = randomBytes(16).toString("hex");
  await createCluster(server, "postgres", password);
  await startServer(server);
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const remove = async () => {
    await removeServer(server);
    await rm(directory, { recursive: true });
  };
  return { server, port, password, url, remove };
}
