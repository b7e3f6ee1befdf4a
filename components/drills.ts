import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import {
  drillFault,
  drillWarnings,
  type LastDrill,
  readLastDrills,
  type Undrilled,
} from "@hosterizer/postgres/backup/drill/lastDrills";
import type * as connecting from "./dynamic/dockerEngine";
import type { DockerSettings, ExternalSettings } from "./settings";

const load = createRequire(__filename);

/**
 * Whether a drill has proven recently enough that a stack in Docker can be restored. Warns of drills that failed or did not take place.
 *
 * @returns why it is not proven; undefined: it is, or need not be
 */
export async function judgeDrillsOfContainers(
  { dockerName, backup }: DockerSettings,
  stack: string,
): Promise<Undrilled | undefined> {
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
    : { ...fault, isTolerated: process.env[serverStarted] === "true" };
}

/**
 * The environment variable that says that `up` has just started the server, or moved it to other data: after `destroy`, a recovery or a
 * failure. Refused migrations would leave it without what comes after them, and nothing could be drilled before.
 */
const serverStarted = "HOSTERIZER_SERVER_STARTED";

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
