import { withClient } from "../../connection/connection";
import { type ArchiveGap, archiveGaps } from "../pgbackrest/archiveGaps";
import type { Backup } from "../pgbackrest/backupList";
import { readArchive, type RepositoryRun } from "../pgbackrest/readArchive";
import { segmentIndex } from "../pgbackrest/timelines";
import { serverConnection, waitingFiles } from "./archiving";

/** The gaps of a repository. */
export interface LostWal {
  /** All of them. */
  gaps: readonly ArchiveGap[];
  /** Those on the server's timeline that no backup follows: until then no moment after them can be recovered. */
  open: readonly ArchiveGap[];
}

/**
 * Finds the WAL that a repository will never get: the server has dropped it, backups were off, or someone has removed it.
 *
 * What the server has yet to archive is not lost. Segments arrive in any order, so that a gap counts if, after it was seen, none of it
 * waits, and it is still there.
 *
 * @throws if the repository cannot be read
 */
export async function findLostWal(
  run: RepositoryRun,
  backups: readonly Backup[],
): Promise<LostWal> {
  const server = await readServer();
  const isOpen = ({ until, timeline }: ArchiveGap) =>
    until === null && timeline === server?.timeline;
  const look = async () =>
    archiveGaps((await readArchive(run)).timelines, backups, server?.lastArchived);
  const first = await look();
  const seen = first.filter(isOpen);
  if (seen.length === 0 || (await anyWaits(seen))) return { gaps: first, open: [] };
  const gaps = await look();
  const isSeen = ({ lastSegment }: ArchiveGap) =>
    seen.some((gap) => gap.lastSegment === lastSegment);
  return { gaps, open: gaps.filter((gap) => isOpen(gap) && isSeen(gap)) };
}

async function anyWaits(gaps: readonly ArchiveGap[]): Promise<boolean> {
  const waiting = (await waitingFiles()).map(({ name }) => name.slice(0, 24));
  return gaps.some(({ firstSegment, lastSegment }) =>
    waiting.some(
      (name) =>
        name.slice(0, 8) === firstSegment.slice(0, 8) &&
        segmentIndex(name) >= segmentIndex(firstSegment) &&
        segmentIndex(name) <= segmentIndex(lastSegment),
    ),
  );
}

/** The server's timeline, and the last segment that it has archived by its own account. */
async function readServer(): Promise<{ timeline: number; lastArchived?: string } | undefined> {
  try {
    return await withClient(serverConnection, "backups", async (client) => {
      const { rows } = await client.query<{ timeline: number; archived: string | null }>(
        `select timeline_id as timeline, last_archived_wal as archived
           from pg_catalog.pg_control_checkpoint(), pg_catalog.pg_stat_archiver`,
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const { timeline, archived } = row;
      const isSegment = archived !== null && /^[0-9A-F]{24}$/.test(archived);
      return { timeline, ...(isSegment ? { lastArchived: archived } : {}) };
    });
  } catch {
    return undefined;
  }
}
