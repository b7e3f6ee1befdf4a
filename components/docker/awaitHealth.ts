import { setTimeout as sleep } from "node:timers/promises";

import type Dockerode from "dockerode";

import { logTail } from "@hosterizer/docker-engine/engineResponses";

/**
 * Waits until a container that was just started is healthy.
 *
 * @param patience in seconds
 * @throws with the last lines of its log if it ends, is unhealthy or is not healthy in time
 */
export async function awaitHealth(container: Dockerode.Container, patience: number): Promise<void> {
  const deadline = Date.now() + patience * 1000;
  for (;;) {
    const { State } = await container.inspect();
    const health = State.Health?.Status;
    if (health === "healthy") return;
    const fault =
      faultOf(State) ??
      (Date.now() > deadline
        ? `it is ${health ?? "without a health check"} ${patience} s after its start`
        : undefined);
    if (fault !== undefined) throw new Error(`${fault}.${await logTail(container)}`);
    await sleep(250);
  }
}

function faultOf({
  Running,
  OOMKilled,
  ExitCode,
  Health,
}: Dockerode.ContainerInspectInfo["State"]) {
  if (!Running) {
    const reason = OOMKilled ? "it ran out of memory" : `exit code ${ExitCode}`;
    return `it ended after its start (${reason})`;
  }
  if (Health?.Status !== "unhealthy") return undefined;
  return `it is unhealthy: ${Health.Log.at(-1)?.Output.trim() ?? ""}`;
}
