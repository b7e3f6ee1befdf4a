import { DeclarationError } from "../../declarationError";
import type { EmbeddedServer } from "./server";
import { answers, readServerState } from "./serverState";

/** Whether the server's port is held by something else. */
export async function portFaults(
  server: EmbeddedServer,
  port: number,
  stack: string,
): Promise<DeclarationError[]> {
  const state = await readServerState(server.paths.data);
  const isOurs = state.state === "running" && state.port === port;
  if (isOurs || !(await answers(port))) return [];
  return [
    new DeclarationError(
      `hosterizer-database:port in Pulumi.${stack}.yaml`,
      `port ${port} of 127.0.0.1 is taken by another program`,
      "Stop that program, or choose a free port: pulumi config set hosterizer-database:port <port>",
    ),
  ];
}
