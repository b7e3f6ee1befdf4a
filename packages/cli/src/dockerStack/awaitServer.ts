import { setTimeout as sleep } from "node:timers/promises";

import { pingServer } from "@hosterizer/postgres/connection/probeServer";
import { engine } from "./engine";
import { ifThere } from "./ifThere";
import type { ServerAddress } from "./serverAddress";

/** How long a server that starts is waited for, in milliseconds: a recovery after a crash takes its time. */
const patience = 120_000;
/** A server that is silent so many times in a row is not there. */
const attempts = 3;

/**
 * Whether a server takes connections. One that is just starting is waited for.
 *
 * @param container in which it runs
 */
export async function awaitServer(
  { host, port }: ServerAddress,
  container: string | undefined,
): Promise<boolean> {
  const deadline = Date.now() + patience;
  for (let silent = 0; silent < attempts && Date.now() < deadline;) {
    const answer = await pingServer(host, port);
    if (answer === "ready") return true;
    const isStarting =
      answer === "starting" || (container !== undefined && (await starts(container)));
    silent = isStarting ? 0 : silent + 1;
    await sleep(250);
  }
  return false;
}

/** Whether a container's first health check is still to come. */
async function starts(container: string): Promise<boolean> {
  const { State } = (await ifThere(engine().getContainer(container).inspect())) ?? {};
  return State?.Running === true && State.Health?.Status === "starting";
}
