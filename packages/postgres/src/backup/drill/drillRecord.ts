import type { ArchiveGap } from "../pgbackrest/archiveGaps";

/** What a drill has restored and found. It lies beside the repository, where no recovery replaces it. */
export interface DrillRecord {
  /** When it began, in ISO 8601. */
  time: string;
  /** Null: a dump or a copy of a server that has no repository of ours. */
  repository: number | null;
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
  /** From the start of the restore until the server could be asked: the time that a recovery takes. Null: somebody else has restored it. */
  restoreSeconds: number | null;
  /** The age of the last transaction at that moment: what a recovery would have lost. */
  lossSeconds: number | null;
  /** Rows of each tenant table. */
  rows: Readonly<Record<string, number>>;
  faults: readonly string[];
}

export function isSound(record: DrillRecord): boolean {
  return allFaults(record).length === 0;
}

/** What a drill has found, of the repository and of each recovery. */
export function allFaults({ faults, recoveries }: DrillRecord): string[] {
  return [...faults, ...recoveries.flatMap((recovery) => recovery.faults)];
}

/** The folder of the records in a repository. */
export const drillFolder = "drills";
