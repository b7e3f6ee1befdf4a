import { backupPaths } from "./backupDeclaration";
import type { RecoveryPlan } from "./recoveryTarget";
import { type ArchivedSegment, segmentIndex } from "./timelines";

/** Bytes for the segments of WAL that wait in the data for their restartpoint. */
const reserve = 2 ** 30;

/**
 * Bytes that a recovery may take: the database as it was or is, whichever is larger, and what is archived of the WAL in between, of which
 * the replay makes pages. Segments count as they lie in the repository: an idle server archives one a minute, with next to nothing in it.
 *
 * @param segments all that the repository has
 * @param present bytes of the server's data now; 0: it is gone
 */
export function neededRoom(
  {
    backup,
    lastSegment,
  }: Pick<RecoveryPlan, "lastSegment"> & {
    backup: Pick<RecoveryPlan["backup"], "size" | "firstSegment">;
  },
  segments: readonly ArchivedSegment[],
  present: number,
): number {
  const [first, last] = [segmentIndex(backup.firstSegment), segmentIndex(lastSegment)];
  const replayed = segments
    .map(({ name, size }) => ({ index: segmentIndex(name), size }))
    .filter(({ index }) => index >= first && index <= last)
    .reduce((sum, { size }) => sum + size, 0);
  return Math.max(backup.size, present) + replayed + reserve;
}

/**
 * Shell that prints the bytes of the server's data, in the container that takes backups. A file may be removed meanwhile, and the data may
 * be gone: it then prints what is left.
 */
export const presentSizeScript = `du --summarize --bytes --exclude=pg_wal ${backupPaths.data} 2>/dev/null || true`;

/** The bytes that `presentSizeScript` has printed. */
export function readPresentSize(printed: string): number {
  return Number(/^\d+/.exec(printed)?.[0] ?? 0);
}
