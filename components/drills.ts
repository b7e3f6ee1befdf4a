import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";
import type Dockerode from "dockerode";

import {
  drillFault,
  drillWarnings,
  type LastDrill,
  readLastDrills,
  type Undrilled,
} from "@hosterizer/postgres/backup/drill/lastDrills";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type * as connecting from "./dynamic/dockerEngine";
import type { DockerSettings, ExternalSettings } from "./settings";

const load = createRequire(__filename);

/**
 * Whether a drill has proven recently enough that a stack in Docker can be restored. Warns of drills that failed or did not take place.
 *
 * @returns why it is not proven; undefined: it is, or need not be
 */
export async function judgeDrillsOfContainers(
  settings: DockerSettings,
  stack: string,
): Promise<Undrilled | undefined> {
  const { dockerName, backup } = settings;
  if (backup.repositories.length === 0) return undefined;
  // Loaded late: other stacks need no client of the engine.
  const { engine } = load("./dynamic/dockerEngine") as typeof connecting;
  const container = engine().getContainer(`${dockerName}-backup`);
  // An engine that does not answer is reported where it is needed.
  const drills = await readLastDrills(container).catch(() => undefined);
  for (const warning of drillWarnings(drills ?? [], stack, backup.drillSchedule)) {
    await pulumi.log.warn(warning);
  }
  if (backup.drillWithin === undefined) return undefined;
  const fault = drillFault(drills, backup.drillWithin, stack);
  return fault === undefined
    ? undefined
    : { ...fault, isTolerated: await startsServer(engine(), settings) };
}

/**
 * Whether an update starts the server, or moves it to other data: after `destroy`, or a recovery. Refused migrations would leave it
 * without what comes after them, and nothing can be drilled before.
 */
async function startsServer(
  docker: Dockerode,
  { dockerName, dataVolume = `${dockerName}-data` }: DockerSettings,
): Promise<boolean> {
  const inspected = ifExists(docker.getContainer(`${dockerName}-postgresql`).inspect());
  // An engine that does not answer is reported where it is needed.
  const server = await inspected.catch(() => null);
  if (server === null) return false;
  const mounts = server?.Mounts ?? [];
  return !mounts.some(({ Destination, Name }) => Destination === dataMount && Name === dataVolume);
}

/** Where the server's container has its data. */
const dataMount = "/var/lib/postgresql";

/**
 * The same for a server that exists already. Nothing is expected of it unless `drillWithin` is set.
 *
 * @param drill what the server has recorded
 */
export async function judgeDrillsOfServer(
  { backup }: ExternalSettings,
  drill: LastDrill,
  stack: string,
): Promise<Undrilled | undefined> {
  if (backup.drillWithin === undefined && drill.last === null) return undefined;
  for (const warning of drillWarnings([drill], stack)) await pulumi.log.warn(warning);
  return backup.drillWithin === undefined
    ? undefined
    : drillFault([drill], backup.drillWithin, stack);
}
