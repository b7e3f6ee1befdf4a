import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import { logTail } from "@hosterizer/docker-engine/engineResponses";
import type { State } from "../protocol/resourceSchema";
import type { containerSchema } from "./containerSchema";
import type { DockerSession } from "./session";

/** Milliseconds between two looks at a container. */
const interval = 250;
/** A program that cannot start mostly ends within so many milliseconds. */
const settling = 500;
/** The engine may start it again so often: a program that needs another may be early. */
const restarts = 3;

/**
 * Waits until a started container is up: healthy, where its declaration says `wait`, else running for a moment.
 *
 * @throws with the last lines of its log if it ends, or is not healthy in time; and when the update is cancelled
 */
export async function waitUntilReady(
  { cancelled, status }: Pick<DockerSession, "cancelled" | "status">,
  container: Dockerode.Container,
  { name, wait, waitTimeout, mustRun }: State<typeof containerSchema>,
): Promise<void> {
  if (!wait && !mustRun) return;
  const end = Date.now() + (wait ? waitTimeout * 1000 : settling);
  let seen: string | undefined;
  for (;;) {
    const { State: state, RestartCount } = await container.inspect();
    const { Health: health } = state;
    if (!state.Running || RestartCount > restarts) {
      const reason = state.OOMKilled ? "it ran out of memory" : `exit code ${state.ExitCode}`;
      const times = RestartCount > 0 ? `, ${RestartCount} times` : "";
      throw new Error(
        `it ended right after its start${times} (${reason}).${await logTail(container)}`,
      );
    }
    if (wait) {
      if (health === undefined)
        throw new Error(
          `it has no health check to wait for. Give it "healthcheck", or "wait: false".`,
        );
      if (health.Status === "healthy") return;
      if (health.Status !== seen) status(`waiting for container "${name}": ${health.Status}`);
      seen = health.Status;
    }
    if (Date.now() >= end) {
      if (!wait) return;
      const probe = health?.Log.at(-1)?.Output.trim() ?? "";
      const said = probe === "" ? "" : `\nIts last health check said: ${probe}`;
      throw new Error(
        `it is ${health?.Status ?? "not healthy"} after ${waitTimeout} s (waitTimeout).${said}${await logTail(container)}`,
      );
    }
    await setTimeout(interval, undefined, { signal: cancelled });
  }
}
