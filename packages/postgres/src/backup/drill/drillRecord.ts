import { z } from "zod";

import { humanDuration } from "../../humanNumbers";
import { archiveGap, type ArchiveGap } from "../pgbackrest/archiveGaps";

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

const drillRecovery = z.object({
  target: z.string(),
  backup: z.string(),
  restoreSeconds: z.number().nullable(),
  lossSeconds: z.number().nullable(),
  rows: z.record(z.string(), z.number()),
  faults: z.array(z.string()),
});

/** A record as it is read back. */
export const drillRecord: z.ZodType<DrillRecord> = z.object({
  time: z.iso.datetime(),
  repository: z.number().nullable(),
  recoveries: z.array(drillRecovery),
  faults: z.array(z.string()),
  gaps: z.array(archiveGap).exactOptional(),
  seconds: z.number(),
});

export function isSound(record: DrillRecord): boolean {
  return allFaults(record).length === 0;
}

/** What a drill has found, of the repository and of each recovery. */
export function allFaults({ faults, recoveries }: DrillRecord): string[] {
  return [...faults, ...recoveries.flatMap((recovery) => recovery.faults)];
}

/** What a drill has restored, in which time (RTO) and with which loss (RPO), or what is wrong. */
export function describeDrill(record: DrillRecord): string {
  if (!isSound(record)) return `failed: ${allFaults(record).join("; ")}`;
  const { recoveries } = record;
  const used = [...new Set(recoveries.map(({ backup }) => backup))].join(" and ");
  const longest = Math.max(...recoveries.map(({ restoreSeconds }) => restoreSeconds ?? 0));
  const inTime = longest > 0 ? ` in ${humanDuration(longest)}` : "";
  // A drill recovers an earlier moment, too, before which the server may have been down.
  const loss = recoveries[0]?.lossSeconds ?? null;
  const lost = loss === null ? "" : `; ${humanDuration(Math.max(0, loss))} would have been lost`;
  return `restored ${used}${inTime}${lost}`;
}

/** The folder of the records in a repository. */
export const drillFolder = "drills";
