import { withClient } from "../../connection/connection";
import { type ArchiveGap, archiveGaps } from "../pgbackrest/archiveGaps";
import type { Backup } from "../pgbackrest/backupList";
import { readArchive, type RepositoryRun } from "../pgbackrest/readArchive";
import { segmentIndex } from "../pgbackrest/timelines";
import { serverConnection, waitingFiles } from "./archiving";

/** What the archive of a repository has, and what it lacks. */
export interface LostWal {
  /** What it lacks and can no longer get. */
  gaps: readonly ArchiveGap[];
  /** Of those, the ones on the server's timeline that no backup follows: until then no moment after them can be recovered. */
  open: readonly ArchiveGap[];
  /** The last segment that it has; undefined: none. */
  newestSegment: string | undefined;
  /** Whether it has WAL of a timeline, but not the history without which no recovery follows it. */
  lacksHistory: boolean;
}

/** The server as far as its archive depends on it. */
export interface ArchivingServer {
  timeline: number;
  /** The last segment that it has archived by its own account. */
  lastArchived?: string;
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
  const look = async () => {
    const { timelines, segments } = await readArchive(run);
    return {
      gaps: archiveGaps(timelines, backups, server?.lastArchived),
      newestSegment: segments.at(-1)?.name,
      lacksHistory: timelines.some(({ timeline, begun }) => timeline > 1 && begun === undefined),
    };
  };
  const first = await look();
  if (first.gaps.every(isFollowed)) return { ...first, open: [] };
  const waiting = (await waitingFiles()).map(({ name }) => name);
  const second = await look();
  const gaps = lastingGaps(first.gaps, waiting, second.gaps);
  return { ...second, gaps, open: openGaps(gaps, server) };
}

/**
 * The gaps that stay.
 *
 * @param seen those that were found first
 * @param waiting the names of the files that waited then
 * @param found those that were found after that
 */
export function lastingGaps(
  seen: readonly ArchiveGap[],
  waiting: readonly string[],
  found: readonly ArchiveGap[],
): ArchiveGap[] {
  const isLasting = (gap: ArchiveGap) =>
    seen.some(({ lastSegment }) => lastSegment === gap.lastSegment) &&
    !waiting.some((name) => isWithin(name, gap));
  return found.filter((gap) => isFollowed(gap) || isLasting(gap));
}

/** Those that a full backup must follow. @param server undefined: it does not answer */
export function openGaps(
  gaps: readonly ArchiveGap[],
  server: ArchivingServer | undefined,
): ArchiveGap[] {
  return gaps.filter((gap) => !isFollowed(gap) && gap.timeline === server?.timeline);
}

function isFollowed({ until }: ArchiveGap): boolean {
  return until !== null;
}

function isWithin(name: string, { firstSegment, lastSegment }: ArchiveGap): boolean {
  const isOfTimeline = name.slice(0, 8) === firstSegment.slice(0, 8);
  // The name of a history is that of no segment, and its index is no number.
  const index = segmentIndex(name.slice(0, 24));
  return isOfTimeline && index >= segmentIndex(firstSegment) && index <= segmentIndex(lastSegment);
}

async function readServer(): Promise<ArchivingServer | undefined> {
  try {
    return await withClient(serverConnection, "backups", async (client) => {
      const { rows } = await client.query<{ timeline: number; archived: string | null }>(
        `select timeline_id as timeline, last_archived_wal as archived
           from pg_catalog.pg_control_checkpoint(), pg_catalog.pg_stat_archiver`,
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const lastArchived = segmentOf(row.archived ?? "");
      return { timeline: row.timeline, ...(lastArchived === undefined ? {} : { lastArchived }) };
    });
  } catch {
    return undefined;
  }
}

/**
 * The last segment that is archived once a file is: the file itself, or the one that a backup began in, whose file `….backup` follows it.
 *
 * @returns undefined for a history, which precedes all segments
 */
export function segmentOf(archived: string): string | undefined {
  return /^([0-9A-F]{24})(\.[0-9A-F]{8}\.backup)?$/.exec(archived)?.[1];
}
