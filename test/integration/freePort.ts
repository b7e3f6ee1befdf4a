import { randomInt } from "node:crypto";

import { answers } from "../../postgres/embedded/serverState";

/**
 * A TCP port of the loopback address that nobody listens on.
 *
 * It lies below those that operating systems give to whoever asks for any: what is not held yet, and what a stopped
 * server has left, nobody gets meanwhile as the near end of a connection.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    if (!(await answers(port))) return port;
  }
}
