import { randomInt } from "node:crypto";

import { answers } from "../../postgres/embedded/serverState";

/**
 * A free port below those that operating systems give to whoever asks for any: a stack keeps its port while its server
 * is down, and nobody may get it meanwhile.
 */
export async function choosePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    if (!(await answers(port))) return port;
  }
}
