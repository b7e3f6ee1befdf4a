import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import { lastLines } from "./containerLogs";
import type { containerSchema } from "./containerSchema";
import type { DockerSession } from "./session";

/** Milliseconds between two looks at a container. */
const interval = 250;
/** A program that cannot start mostly ends within so many milliseconds. */
const settling = 500;

/**
 * Waits until a started container is up: healthy, where its declaration says `wait`, else running for a moment.
 *
 * @throws with the last lines of its log if it ends, or is not healthy in time; and when the update is cancelled
 */
export async function waitUntilReady(
  { cancelled }: Pick<DockerSession, "cancelled">,
  container: Dockerode.Container,
  { wait, waitTimeout, mustRun }: State<typeof containerSchema>,
): Promise<void> {
  if (!wait && !mustRun) return;
  const started = Date.now();
  const end = started + (wait ? waitTimeout * 1000 : settling);
  for (;;) {
    const { State: state } = await container.inspect();
    const { Health: health } = state;
    if (!state.Running) {
      const reason = state.OOMKilled ? "it ran out of memory" : `exit code ${state.ExitCode}`;
      throw new Error(`it ended right after its start (${reason}).${await lastLines(container)}`);
    }
    if (wait) {
      if (health === undefined)
        throw new Error(
          `it has no health check to wait for. Give it "healthcheck", or "wait: false".`,
        );
      if (health.Status === "healthy") return;
    }
    if (Date.now() >= end) {
      if (!wait) return;
      const probe = health?.Log.at(-1)?.Output.trim() ?? "";
      const said = probe === "" ? "" : `\nIts last health check said: ${probe}`;
      throw new Error(
        `it is ${health?.Status ?? "not healthy"} after ${waitTimeout} s (waitTimeout).${said}${await lastLines(container)}`,
      );
    }
    await setTimeout(interval, undefined, { signal: cancelled });
  }
}
