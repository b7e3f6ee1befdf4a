import type { ArchiveGap } from "../pgbackrest/archiveGaps";

/** What a drill has restored and found. It lies beside the repository, where no recovery replaces it. */
export interface DrillRecord {
  /** When it began, in ISO 8601. */
  time: string;
  repository: number;
  recoveries: readonly DrillRecovery[];
  /** What is wrong with the repository, whatever is recovered. */
  faults: readonly string[];
  /** The WAL that is missing. Records of earlier versions have none. */
  gaps?: readonly ArchiveGap[];
  /** How long all of it took. */
  seconds: number;
}

/** One state that a drill has recovered. */
export interface DrillRecovery {
  /** The moment, in ISO 8601; `latest`: everything that has been archived. */
  target: string;
  backup: string;
  /** From the start of the restore until the server could be asked: the time that a recovery takes. */
  restoreSeconds: number;
  /** The age of the last transaction at that moment: what a recovery would have lost. */
  lossSeconds: number | null;
  /** Rows of each tenant table. */
  rows: Readonly<Record<string, number>>;
  faults: readonly string[];
}

export function isSound({ faults, recoveries }: DrillRecord): boolean {
  return faults.length === 0 && recoveries.every((recovery) => recovery.faults.length === 0);
}

/** The folder of the records in a repository. */
export const drillFolder = "drills";
