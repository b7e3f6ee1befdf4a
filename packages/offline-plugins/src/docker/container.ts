import { setTimeout } from "node:timers/promises";

import { logTail } from "@hosterizer/postgres/server/engine/engineResponses";
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
 * `docker.Container`. Its networks and uploads are there before it starts; with `wait` it counts as created once it is healthy.
 *
 * A container that cannot be brought up is removed, so that the next update can try again.
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
        `there is no image "${planned.image}" at the engine. Take "image" from a docker.RemoteImage, or pull it with "docker pull".`,
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
    // The official plugin passes over this. A difference here would replace the container where that one changes nothing.
    for (const network of missingNetworks(found, prior))
      warn(
        `container "${live.state.name ?? id}" is not connected to its network "${network}", and this update will not change that.\n` +
          `Stop the container and run the update again: it connects what it starts.`,
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
    // As the official plugin does: what the engine makes of it, the next refresh reads.
    return { id, state: planned };
  },

  delete: async ({ engine }, old, id) => {
    await removeContainer(engine.getContainer(id), old);
  },
});

/** What is wrong with a container's inputs whose single values are of the right kind. What is not known yet passes. */
export function containerFaults(inputs: PropertyMap): Fault[] {
  return [
    ...durationFaults(inputs["healthcheck"]),
    ...commandFaults(inputs["command"]),
    ...uploadFaults(inputs),
    ...doubleFaults(inputs, "volumes", "containerPath"),
    ...doubleFaults(inputs, "uploads", "file"),
    ...doubleFaults(inputs, "networksAdvanced", "name"),
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

/** The official plugin refuses an empty word as well, when it makes the container. */
function commandFaults(command: PropertyValue | undefined): Fault[] {
  if (!Array.isArray(command)) return [];
  return command.flatMap((word, index) => {
    const property = `command[${index}]`;
    return word === "" ? [{ property, reason: `"${property}": it is empty` }] : [];
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
    // The official plugin takes an empty file for none, when it makes the container.
    if (content === undefined || content === "") add("content", "missing, or empty");
    if (typeof permissions === "string" && !/^0[0-7]{3}$/.test(permissions))
      add("permissions", `expected a mode such as "0644", got "${permissions}"`);
    if (typeof file !== "string") return faults;
    if (!/^\/./.test(file) || file.endsWith("/") || /\/\.{0,2}(\/|$)/.test(file))
      add("file", `expected the absolute path of a file, got "${file}"`);
    return faults;
  });
}

function doubleFaults(inputs: PropertyMap, list: string, key: string): Fault[] {
  const keys = partsOf(inputs, list).map((part) => part[key]);
  return keys.flatMap((value, index) => {
    if (typeof value !== "string" || keys.indexOf(value) === index) return [];
    const property = `${list}[${index}].${key}`;
    return [{ property, reason: `"${property}": "${value}" is there already` }];
  });
}

function memoryFaults({ memory, memorySwap }: PropertyMap): Fault[] {
  if (typeof memorySwap !== "number" || memorySwap <= 0) return [];
  if (memory === undefined || typeof memory === "symbol") return [];
  if (typeof memory === "number" && memory <= memorySwap) return [];
  const reason = `"memorySwap": ${memorySwap} MiB is less than "memory", which is a part of it`;
  return [{ property: "memorySwap", reason }];
}

function partsOf(inputs: PropertyMap, name: string): PropertyMap[] {
  const value: PropertyValue = inputs[name] ?? null;
  return Array.isArray(value) ? value.filter(isMap) : [];
}

/**
 * Looks for a container.
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
async function waitUntilReady(
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

/**
 * Stops a container and removes it. Nothing is done where it is gone already.
 *
 * It has `destroyGraceSeconds` to end; without them its own `stopTimeout`, and without that the engine's ten seconds.
 */
export async function removeContainer(
  container: Dockerode.Container,
  {
    destroyGraceSeconds,
    removeVolumes,
  }: Pick<State<typeof containerSchema>, "destroyGraceSeconds" | "removeVolumes">,
): Promise<void> {
  const grace = destroyGraceSeconds ?? 0;
  // 304: it does not run. 404: it is gone.
  await passing([304, 404], () => container.stop(grace > 0 ? { t: grace } : {}));
  // 409: somebody else is removing it.
  await passing([404, 409], () => container.remove({ v: removeVolumes, force: true }));
  await passing([404], () => container.wait({ condition: "removed" }));
}

async function passing(statuses: readonly number[], run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  }
}
