import { z } from "zod";

import { archiveGap, type ArchiveGap } from "./pgbackrest/archiveGaps";
import type { Backup } from "./pgbackrest/backupList";
import { parseJson } from "./pgbackrest/ownRecords";

/**
 * What the container that takes backups knows of them. It writes this to a file every few seconds, so that a warning need
 * ask neither the repositories nor the server. Moments are in ISO 8601.
 */
export interface BackupReport {
  time: string;
  archiving: Archiving;
  repositories: readonly RepositoryReport[];
}

/** How the archiving of the server's WAL is doing. */
export interface Archiving {
  /** When the WAL that could not be archived began to wait; null: WAL is archived. */
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
  /** Where it is, to tell that another one has taken its number. */
  place: string;
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
  /** When all its backups were found to be gone, and when the last of them had ended; null: they never were. */
  emptied: { found: string; last: string } | null;
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

const text = z.string().nullable();
const time = z.iso.datetime();
const moment = time.pipe(z.coerce.date());

const backupReport: z.ZodType<BackupReport> = z.object({
  time,
  archiving: z.object({
    failingSince: time.nullable(),
    waiting: z.number(),
    oldestWaiting: text,
    bytesPerSecond: z.number().nullable(),
    freeBytes: z.number().nullable(),
    dropped: z.object({ segment: z.string(), time }).nullable(),
  }),
  repositories: z.array(
    z.object({
      repository: z.number(),
      place: z.string(),
      fault: text,
      lastBackup: z
        .object({ label: z.string(), start: moment, stop: moment, firstSegment: z.string() })
        .nullable(),
      failure: text,
      gaps: z.array(archiveGap),
      archiveRead: time.nullable(),
      newestSegment: text,
      emptied: z.object({ found: time, last: time }).nullable(),
    }),
  ),
});

/** A report from its file. @throws Error if it is damaged */
export function readReport(json: string): BackupReport {
  const report = parseJson(json, backupReport);
  if (report === undefined) throw new Error(`the report ${reportFile} is damaged`);
  return report;
}
