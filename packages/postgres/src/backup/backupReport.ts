import type { ArchiveGap } from "./pgbackrest/archiveGaps";
import type { Backup } from "./pgbackrest/backupList";

/**
 * What the container that takes backups knows of them. It writes this to a file every few seconds, so that a warning need
 * ask neither the repositories nor the server. Moments are in ISO 8601.
 */
export interface BackupReport {
  time: string;
  archiving: Archiving;
  repositories: readonly RepositoryReport[];
}

/** How the server gets rid of its WAL. */
export interface Archiving {
  /** Since when WAL waits that could not be archived; null: it is archived. */
  failingSince: string | null;
  /** Segments that wait. */
  waiting: number;
  /** The first of them; null: none waits. */
  oldestWaiting: string | null;
  /** Bytes of WAL that the server writes in a second, of the last hour; null: not known yet. */
  bytesPerSecond: number | null;
  /** Bytes that are free on the disk of the server's data; null: unknown. */
  freeBytes: number | null;
  /** The last segment that the server has dropped, and when; null: none. */
  dropped: { segment: string; time: string } | null;
}

export interface RepositoryReport {
  repository: number;
  /** Why it could not be read, or made ready; null: it was. */
  fault: string | null;
  /** null: there is none. */
  lastBackup: Pick<Backup, "label" | "start" | "stop" | "firstSegment"> | null;
  /** Why the last attempt to take a backup has failed; null: it has not. */
  failure: string | null;
  /** The WAL that its archive lacks, and the server no longer has. */
  gaps: readonly ArchiveGap[];
  /** When its archive was read last, for the gaps; null: not yet. */
  archiveRead: string | null;
  /** The last segment that it has; null: none. */
  newestSegment: string | null;
}

/** Whether a repository takes the WAL that another one makes the server keep. */
export function takesWaiting(
  { fault, newestSegment }: Pick<RepositoryReport, "fault" | "newestSegment">,
  { oldestWaiting }: Pick<Archiving, "oldestWaiting">,
): boolean {
  const isReached = newestSegment !== null && oldestWaiting !== null;
  return fault === null && isReached && newestSegment >= oldestWaiting;
}

/** Path of the report, in the container that takes backups and in the server's. */
export const reportFile = "/run/hosterizer/backups.json";

/** A report from its file. */
export function readReport(json: string): BackupReport {
  const moments = new Set(["start", "stop", "from", "until"]);
  return JSON.parse(json, (name, value: unknown) =>
    moments.has(name) && typeof value === "string" ? new Date(value) : value,
  ) as BackupReport;
}
