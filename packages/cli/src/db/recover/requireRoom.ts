import type Dockerode from "dockerode";

import type { Backup } from "@hosterizer/postgres/backup/pgbackrest/backupList";
import { UserError } from "@hosterizer/postgres/userError";
import { humanBytes } from "@hosterizer/postgres/humanNumbers";
import { runInContainer } from "../../dockerStack/runInContainer";
import { dataMount } from "../../dockerStack/unfinishedVolume";

/** Bytes for the WAL that is replayed, and for what it adds to the database. */
const reserve = 2 ** 30;

/**
 * Checks that the engine's disk has room for a restored backup. The present server has its data on the same disk, and stops when that is
 * full.
 *
 * @param container has the volume that it is restored into
 * @throws UserError with both sizes
 */
export async function requireRoom(
  container: Dockerode.Container,
  { label, size }: Pick<Backup, "label" | "size">,
): Promise<void> {
  const command = ["df", "--output=avail", "--block-size=1", dataMount];
  const { code, output, messages } = await runInContainer(container, command);
  if (code !== 0) throw new Error(`df ended with ${code}: ${messages}`);
  const free = Number(/\d+/.exec(output)?.[0]);
  if (free >= size + reserve) return;
  throw new UserError(
    `The engine's disk has ${humanBytes(free)} free. The backup ${label} takes ${humanBytes(size)}, and the WAL after it up to ${humanBytes(reserve)} more. Nothing was changed.`,
    "Free space there: `docker system df --verbose` shows what takes it. Volumes of earlier recoveries are named like the data's, with a date.",
  );
}
