import type Dockerode from "dockerode";

import {
  neededRoom,
  presentSizeScript,
  readPresentSize,
} from "@hosterizer/postgres/backup/pgbackrest/neededRoom";
import { readArchive } from "@hosterizer/postgres/backup/pgbackrest/readArchive";
import type { RecoveryPlan } from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { UserError } from "@hosterizer/postgres/userError";
import { humanBytes } from "@hosterizer/postgres/humanNumbers";
import { runInContainer } from "../../dockerStack/runInContainer";
import { dataMount } from "../../dockerStack/unfinishedVolume";
import { inRepository } from "../backup/backupContainer";

/**
 * Bytes that a recovery may take: see `neededRoom`.
 *
 * @param backup the container that takes backups, which sees the server's data
 */
export async function readNeededRoom(
  backup: Dockerode.Container,
  plan: RecoveryPlan,
): Promise<number> {
  const { segments } = await readArchive(inRepository(backup, plan.backup.repository));
  const { output } = await runInContainer(backup, ["sh", "-c", presentSizeScript]);
  return neededRoom(plan, segments, readPresentSize(output));
}

/**
 * Checks that the engine's disk has room for a recovered server. The present server has its data on the same disk, and stops when that is
 * full.
 *
 * @param container has the volume that it is restored into
 * @param needed bytes
 * @throws UserError with both sizes
 */
export async function requireRoom(container: Dockerode.Container, needed: number): Promise<void> {
  const command = ["df", "--output=avail", "--block-size=1", dataMount];
  const { code, output, messages } = await runInContainer(container, command);
  if (code !== 0) throw new Error(`df ended with ${code}: ${messages}`);
  const free = Number(/\d+/.exec(output)?.[0]);
  if (free >= needed) return;
  throw new UserError(
    `The engine's disk has ${humanBytes(free)} free. The database with the WAL since the backup may take ${humanBytes(needed)}. Nothing was changed.`,
    "Free space there: `docker system df --verbose` shows what takes it. Volumes of earlier recoveries are named like the data's, with a date.",
  );
}
