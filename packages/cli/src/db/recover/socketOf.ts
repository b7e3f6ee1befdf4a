import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type Dockerode from "dockerode";

import { engine } from "../../dockerStack/engine";

/** A server's socket, as PostgreSQL's clients find it. */
export interface BridgedSocket {
  /** The folder to name as the host; only the user may enter it. */
  host: string;
  port: number;
  close: () => Promise<void>;
}

/**
 * Makes the socket of a server in a container reachable for this user alone, wherever the engine is. A published port
 * could be reached by everyone on the machine.
 *
 * @param bridge the program in the container that connects its input and output with the socket
 */
export async function bridgeSocket(
  container: Dockerode.Container,
  bridge: readonly string[],
): Promise<BridgedSocket> {
  const host = await mkdtemp(join(tmpdir(), "hosterizer-socket-"));
  await chmod(host, 0o700);
  const port = 5432;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.once("close", () => open.delete(client));
    client.on("error", () => client.destroy());
    connect(container, bridge, client).catch((error: unknown) => {
      client.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(join(host, `.s.PGSQL.${port}`), resolve);
  });
  return {
    host,
    port,
    close: async () => {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(host, { recursive: true, force: true });
    },
  };
}

async function connect(
  container: Dockerode.Container,
  bridge: readonly string[],
  client: Socket,
): Promise<void> {
  const exec = await container.exec({
    Cmd: [...bridge],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  stream.on("error", () => client.destroy());
  stream.once("close", () => client.destroy());
  client.once("close", () => stream.destroy());
  const ignored = { write: () => true } as unknown as NodeJS.WritableStream;
  engine().modem.demuxStream(stream, client, ignored);
  client.pipe(stream);
}
