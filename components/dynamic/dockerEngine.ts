import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type Dockerode from "dockerode";

import { ifExists, logTail } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { connectEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { findEngine } from "@hosterizer/postgres/server/dockerEngine/findEngine";

let connected: Dockerode | undefined;

/** The Docker engine that the docker plugin uses: see `findEngine`. */
export function engine(): Dockerode {
  return (connected ??= connectEngine(findEngine()));
}

/**
 * Waits until a container that was just started is healthy. Runs the program of its health check itself: the engine does so for the first
 * time after a whole interval.
 *
 * @param patience in seconds
 * @throws with the last lines of its log if it exits, is unhealthy or is not healthy in time
 */
export async function awaitHealth(container: Dockerode.Container, patience: number): Promise<void> {
  const deadline = Date.now() + patience * 1000;
  for (let pause = 100; ; pause = Math.min(2 * pause, 2000)) {
    const { State, Config } = await container.inspect();
    const health = State.Health?.Status;
    if (health === "healthy") return;
    const left = deadline - Date.now();
    const late = `it is ${health ?? "without a health check"} ${patience} s after its start`;
    const fault = faultOf(State) ?? (left < 0 ? late : undefined);
    if (fault !== undefined) throw new Error(`${fault}.${await logTail(container)}`);
    const isTooLong = sleep(left, false, { ref: false });
    if (await Promise.race([passesCheck(container, Config.Healthcheck?.Test), isTooLong])) return;
    await sleep(Math.min(pause, Math.max(left, 0)));
  }
}

/**
 * Runs the program of a container's health check. @returns whether it succeeds
 *
 * @param check https://docs.docker.com/reference/dockerfile/#healthcheck
 */
async function passesCheck(
  container: Dockerode.Container,
  [kind, ...words]: readonly string[] = [],
): Promise<boolean> {
  if (kind !== "CMD" && kind !== "CMD-SHELL") return false;
  const command = kind === "CMD" ? words : ["/bin/sh", "-c", ...words];
  try {
    return (await runInside(container, command)) === 0;
  } catch (error) {
    // It has just ended, or was paused.
    if ((error as { statusCode?: number }).statusCode === 409) return false;
    throw error;
  }
}

function faultOf(state: Dockerode.ContainerInspectInfo["State"]): string | undefined {
  const { Running, OOMKilled, ExitCode, Health } = state;
  if (!Running) {
    const reason = OOMKilled ? "it ran out of memory" : `exit code ${ExitCode}`;
    return `it ended after its start (${reason})`;
  }
  if (Health?.Status !== "unhealthy") return undefined;
  return `it is unhealthy: ${Health.Log.at(-1)?.Output.trim() ?? ""}`;
}

/**
 * Runs a program in a running container, as the container's user, and waits until it exits.
 *
 * @returns its exit code; undefined if the container does not run
 */
export async function runInside(
  container: Dockerode.Container,
  command: readonly string[],
): Promise<number | undefined> {
  const { State } = (await ifExists(container.inspect())) ?? {};
  if (State?.Running !== true) return undefined;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
  });
  await buffer(await exec.start({}));
  return (await exec.inspect()).ExitCode ?? undefined;
}
