import { connect } from "node:net";
import { connect as connectSecurely } from "node:tls";

import { DeclarationError } from "../../declarationError";
import { sslRequest } from "../../connection/sslRequest";

/** How long a program on the port has to say what it is, in milliseconds. */
const patience = 2_000;

/** A port that a container publishes. */
export interface PublishedPort {
  /** Key of the configuration. */
  key: string;
  port: number;
}

/**
 * Ports that something else than this stack's servers holds.
 *
 * @param host how clients reach the engine's machine
 * @param authority common name of the stack's certificate authority: only its own servers have its certificates
 */
export async function portFaults(
  host: string,
  ports: readonly PublishedPort[],
  authority: string,
  stack: string,
): Promise<DeclarationError[]> {
  const holders = await Promise.all(ports.map(({ port }) => readHolder(host, port)));
  return ports.flatMap(({ key, port }, index) => {
    const holder = holders[index];
    if (holder === undefined || holder.authority === authority) return [];
    return [
      new DeclarationError(
        `hosterizer-database:${key} in Pulumi.${stack}.yaml`,
        `port ${port} of ${host} is taken by another program`,
        `Stop that program, or choose a free port: pulumi config set hosterizer-database:${key} <port>`,
      ),
    ];
  });
}

/** Who signed the certificate of the server on a port; undefined if nobody listens there. */
function readHolder(host: string, port: number): Promise<{ authority?: string } | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const give = (holder: { authority?: string } | undefined) => {
      socket.destroy();
      resolve(holder);
    };
    let isConnected = false;
    socket.setTimeout(patience, () => {
      give(isConnected ? {} : undefined);
    });
    socket.once("error", () => {
      give(isConnected ? {} : undefined);
    });
    // A proxy of Docker's takes connections for a server that is not there yet, and closes them at once.
    socket.once("close", () => {
      give(undefined);
    });
    socket.once("connect", () => {
      isConnected = true;
      socket.write(sslRequest);
    });
    socket.once("data", (answer) => {
      if (answer.toString() !== "S") {
        give({});
        return;
      }
      const secure = connectSecurely({ socket, rejectUnauthorized: false }, () => {
        const { issuer } = secure.getPeerCertificate();
        const authority = String(issuer.CN);
        secure.destroy();
        give({ authority });
      });
      secure.once("error", () => {
        give({});
      });
    });
  });
}
