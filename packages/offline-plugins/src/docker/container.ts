import { setTimeout } from "node:timers/promises";

import { logTail } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type Dockerode from "dockerode";

import { isMap, type PropertyMap, type PropertyValue } from "../protocol/propertyValue";
import type { State } from "../protocol/resourceSchema";
import { type Fault, resourceType } from "../protocol/resourceType";
import { containerSchema, parseDuration } from "./containerSchema";
import { connectNetworks, missingNetworks, reconnectNetworks } from "./containerNetworks";
import { containerSpec, memoryLimits } from "./containerSpec";
import { containerState } from "./containerState";
import { uploadFiles } from "./containerFiles";
import { type DockerSession, statusOf } from "./session";

/**
 * `docker.Container`. Its networks and uploads are in place before it starts. With `wait`, it counts as created once it is healthy.
 *
 * A container that fails to start is removed, so that the next update can try again.
 */
export const container = resourceType<DockerSession, typeof containerSchema>({
  token: "docker:index/container:Container",
  schema: containerSchema,
  meta: JSON.stringify({
    // Nanoseconds: the bridge's default timeouts, twenty minutes each.
    "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": { create: 12e11, delete: 12e11, update: 12e11 },
    schema_version: "2",
  }),
  describe: (show) => `container ${show("name")}`,
  faults: containerFaults,

  create: async (session, planned) => {
    const { engine } = session;
    const created = await engine.createContainer(containerSpec(planned)).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
      throw new Error(
        `the engine has no image "${planned.image}". Take "image" from a docker.RemoteImage, or pull it with "docker pull".`,
        { cause: error },
      );
    });
    try {
      await connectNetworks(engine, created, planned);
      await uploadFiles(created, planned);
      if (planned.start) {
        await created.start();
        await waitUntilReady(session, created, planned);
      }
      return containerState(await created.inspect(), planned);
    } catch (error) {
      await removeContainer(created, planned);
      throw error;
    }
  },

  read: async ({ engine, warn }, id, prior) => {
    const found = await findContainer(engine, id);
    if (found === undefined) return undefined;
    const live = containerState(found, prior);
    // A warning and no difference: a difference would replace the container, where the official plugin changes nothing.
    for (const network of missingNetworks(found, prior))
      warn(
        `container "${live.state.name ?? id}" is not connected to its network "${network}", and this update does not connect it.\n` +
          `Stop the container and run the update again: an update connects the containers that it starts.`,
      );
    return live;
  },

  update: async (session, old, planned, id) => {
    const { engine } = session;
    const live = engine.getContainer(id);
    if (
      old.restart !== planned.restart ||
      old.memory !== planned.memory ||
      old.memorySwap !== planned.memorySwap
    )
      await live.update({ RestartPolicy: { Name: planned.restart }, ...memoryLimits(planned) });
    const { State } = await live.inspect();
    if (planned.mustRun && !State.Running) {
      await reconnectNetworks(engine, live, planned);
      await live.start();
      await waitUntilReady(session, live, planned);
    }
    // As in the official plugin, the next refresh reads the resulting state from the engine.
    return { id, state: planned };
  },

  delete: async ({ engine }, old, id) => {
    await removeContainer(engine.getContainer(id), old);
  },
});

/**
 * Inspects a container.
 *
 * @param reference its id or its name
 * @returns undefined if there is none
 */
async function findContainer(
  engine: Dockerode,
  reference: string,
): Promise<Dockerode.ContainerInspectInfo | undefined> {
  try {
    return await engine.getContainer(reference).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * Waits until a started container is healthy if it declares `wait`, otherwise until it has run for a moment.
 *
 * @throws with the last lines of its log if it exits or is not healthy in time; and when the update is cancelled
 */
async function waitUntilReady(
  { cancelled, status }: Pick<DockerSession, "cancelled" | "status">,
  container: Dockerode.Container,
  { name, wait, waitTimeout, mustRun }: State<typeof containerSchema>,
): Promise<void> {
  if (!wait && !mustRun) return;
  const end = Date.now() + (wait ? waitTimeout * 1000 : startupTime);
  let seen: string | undefined;
  for (;;) {
    const { State: state, RestartCount } = await container.inspect();
    const { Health: health } = state;
    if (!state.Running || RestartCount > toleratedRestarts) {
      const reason = state.OOMKilled ? "it ran out of memory" : `exit code ${state.ExitCode}`;
      const times = RestartCount > 0 ? `, ${RestartCount} times` : "";
      throw new Error(
        `it exited right after it started${times} (${reason}).${await logTail(container)}`,
      );
    }
    if (wait) {
      if (health === undefined)
        throw new Error(
          `it has no health check to wait for. Declare "healthcheck", or set "wait: false".`,
        );
      if (health.Status === "healthy") return;
      if (health.Status !== seen) status(`waiting for container "${name}": ${health.Status}`);
      seen = health.Status;
    }
    if (Date.now() >= end) {
      if (!wait) return;
      const probe = health?.Log.at(-1)?.Output.trim() ?? "";
      const probeOutput = probe === "" ? "" : `\nOutput of the last health check: ${probe}`;
      throw new Error(
        `it is ${health?.Status ?? "not healthy"} after ${waitTimeout} s (waitTimeout).${probeOutput}${await logTail(container)}`,
      );
    }
    await setTimeout(pollInterval, undefined, { signal: cancelled });
  }
}

/** Milliseconds between two inspections of a container. */
const pollInterval = 250;
/** Milliseconds within which a program that cannot start usually exits. */
const startupTime = 500;
/** The number of restarts that are tolerated: a program may start before another one that it needs. */
const toleratedRestarts = 3;

/**
 * Stops a container and removes it. Does nothing if it is already gone.
 *
 * The container has `destroyGraceSeconds` to exit; if unset, its own `stopTimeout`; if that is unset, the engine's ten seconds.
 */
export async function removeContainer(
  container: Dockerode.Container,
  {
    destroyGraceSeconds,
    removeVolumes,
  }: Pick<State<typeof containerSchema>, "destroyGraceSeconds" | "removeVolumes">,
): Promise<void> {
  const grace = destroyGraceSeconds ?? 0;
  // 304: it is not running. 404: it is gone.
  await tolerating([304, 404], () => container.stop(grace > 0 ? { t: grace } : {}));
  // 409: its removal is already in progress.
  await tolerating([404, 409], () => container.remove({ v: removeVolumes, force: true }));
  await tolerating([404], () => container.wait({ condition: "removed" }));
}

async function tolerating(statuses: readonly number[], run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  }
}

/** Checks inputs whose single values are of the right kind. Unknown values pass. */
export function containerFaults(inputs: PropertyMap): Fault[] {
  return [
    ...durationFaults(inputs["healthcheck"]),
    ...commandFaults(inputs["command"]),
    ...uploadFaults(inputs),
    ...duplicateFaults(inputs, "volumes", "containerPath"),
    ...duplicateFaults(inputs, "uploads", "file"),
    ...duplicateFaults(inputs, "networksAdvanced", "name"),
    ...memoryFaults(inputs),
  ];
}

function durationFaults(healthcheck: PropertyValue | undefined): Fault[] {
  if (!isMap(healthcheck)) return [];
  return ["interval", "timeout", "startPeriod", "startInterval"].flatMap((name) => {
    const value = healthcheck[name];
    if (typeof value !== "string" || parseDuration(value) !== undefined) return [];
    const property = `healthcheck.${name}`;
    return [{ property, reason: `"${property}": expected a time such as "30s", got "${value}"` }];
  });
}

/** The official plugin refuses an empty word too, but only when it creates the container. */
function commandFaults(command: PropertyValue | undefined): Fault[] {
  if (!Array.isArray(command)) return [];
  return command.flatMap((word, index) => {
    const property = `command[${index}]`;
    return word === "" ? [{ property, reason: `"${property}": must not be empty` }] : [];
  });
}

function uploadFaults(inputs: PropertyMap): Fault[] {
  return partsOf(inputs, "uploads").flatMap((upload, index) => {
    const { file, content, permissions } = upload;
    const faults: Fault[] = [];
    const add = (name: string, reason: string) => {
      const property = `uploads[${index}].${name}`;
      faults.push({ property, reason: `"${property}": ${reason}` });
    };
    // The official plugin treats empty content as missing, but only when it creates the container.
    if (content === undefined || content === "") add("content", "missing or empty");
    if (typeof permissions === "string" && !/^0[0-7]{3}$/.test(permissions))
      add("permissions", `expected a mode such as "0644", got "${permissions}"`);
    if (typeof file !== "string") return faults;
    if (!/^\/./.test(file) || file.endsWith("/") || /\/\.{0,2}(\/|$)/.test(file))
      add("file", `expected the absolute path of a file, got "${file}"`);
    return faults;
  });
}

function duplicateFaults(inputs: PropertyMap, list: string, key: string): Fault[] {
  const keys = partsOf(inputs, list).map((part) => part[key]);
  return keys.flatMap((value, index) => {
    if (typeof value !== "string" || keys.indexOf(value) === index) return [];
    const property = `${list}[${index}].${key}`;
    return [{ property, reason: `"${property}": duplicate value "${value}"` }];
  });
}

function memoryFaults({ memory, memorySwap }: PropertyMap): Fault[] {
  if (typeof memorySwap !== "number" || memorySwap <= 0) return [];
  if (memory === undefined || typeof memory === "symbol") return [];
  if (typeof memory === "number" && memory <= memorySwap) return [];
  const reason = `"memorySwap": ${memorySwap} MiB is less than "memory", which it includes`;
  return [{ property: "memorySwap", reason }];
}

function partsOf(inputs: PropertyMap, name: string): PropertyMap[] {
  const value: PropertyValue = inputs[name] ?? null;
  return Array.isArray(value) ? value.filter(isMap) : [];
}
