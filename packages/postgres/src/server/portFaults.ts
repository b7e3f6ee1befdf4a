import { probeCertificateIssuer } from "../connection/probeServer";
import { DeclarationError } from "../userError";
import type { EmbeddedServer } from "./embedded/server";
import { answers, readServerState } from "./embedded/serverProcess";

/** The embedded server's port, if another program holds it. */
export async function embeddedPortFaults(
  server: EmbeddedServer,
  port: number,
  stack: string,
): Promise<DeclarationError[]> {
  const state = await readServerState(server.paths.data);
  const isOurs = state.state === "running" && state.port === port;
  if (isOurs || !(await answers(port))) return [];
  return [isTaken({ key: "port", port }, "127.0.0.1", stack)];
}

/** A port that a container publishes. */
interface PublishedPort {
  /** Key of the configuration. */
  key: string;
  port: number;
}

/**
 * The ports to publish that another program than this stack's servers holds.
 *
 * @param host how clients reach the engine's machine
 * @param authority common name of the stack's certificate authority: only its own servers have its certificates
 */
export async function publishedPortFaults(
  host: string,
  ports: readonly PublishedPort[],
  authority: string,
  stack: string,
): Promise<DeclarationError[]> {
  const holders = await Promise.all(ports.map(({ port }) => probeCertificateIssuer(host, port)));
  return ports.flatMap((published, index) => {
    const holder = holders[index];
    const isFree = holder === undefined || holder.issuer === authority;
    return isFree ? [] : [isTaken(published, host, stack)];
  });
}

function isTaken({ key, port }: PublishedPort, host: string, stack: string): DeclarationError {
  return new DeclarationError(
    `hosterizer-database:${key} in Pulumi.${stack}.yaml`,
    `port ${port} of ${host} is taken by another program`,
    `Stop that program, or choose a free port: pulumi config set hosterizer-database:${key} <port>`,
  );
}
