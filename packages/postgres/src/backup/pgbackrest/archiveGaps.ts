import { z } from "zod";

import type { Backup } from "./backupList";
import { written } from "./recoveryTarget";
import { indexOfLsn, lsnOf, segmentIndex, segmentName, type Timeline } from "./timelines";

/** WAL that an archive lacks between its segments, and the moments that are lost with it. */
export interface ArchiveGap {
  timeline: number;
  firstSegment: string;
  lastSegment: string;
  /** When the segment before was archived. Everything until then can be recovered. */
  from: Date;
  /** When the next backup was finished, also one of a later timeline, with which moments can be recovered again; null: none has been taken since. */
  until: Date | null;
}

const moment = z.iso.datetime().pipe(z.coerce.date());

/** A gap as it is read back. */
export const archiveGap: z.ZodType<ArchiveGap> = z.object({
  timeline: z.number(),
  firstSegment: z.string(),
  lastSegment: z.string(),
  from: moment,
  until: moment.nullable(),
});

/**
 * The gaps of an archive, oldest first. pgBackRest notices none of them, and a recovery that comes to one ends there, as if the server had
 * written no more.
 *
 * @param lastArchived the last segment that the server has archived by its own account, if it can be asked
 */
export function archiveGaps(
  timelines: readonly Timeline[],
  backups: readonly Backup[],
  lastArchived?: string,
): ArchiveGap[] {
  return timelines.flatMap((timeline) => {
    const end = endNeeded(timeline.timeline, timelines, backups);
    return gapsOf(timeline, backups, end, lastArchived);
  });
}

function gapsOf(
  { timeline, begun, stretches, ancestors }: Timeline,
  backups: readonly Backup[],
  end: number,
  lastArchived: string | undefined,
): ArchiveGap[] {
  const own = backups.filter((backup) => backup.timeline === timeline);
  const first = firstNeeded(own, backups, ancestors) ?? segmentIndex(stretches[0]?.first ?? "");
  const isPresent = lastArchived?.startsWith(segmentName(timeline, 0).slice(0, 8)) === true;
  const gaps: ArchiveGap[] = [];
  let from = begun ?? own[0]?.start ?? new Date(0);
  let next = first;
  const addGap = (end: number) => {
    if (end <= next) return;
    const isAfter = ({ firstSegment }: Backup) => segmentIndex(firstSegment) >= end;
    // A backup can be recovered even where nothing was archived since.
    const taken = own.filter((each) => !isAfter(each) && segmentIndex(each.firstSegment) < next);
    const reached = Math.max(from.getTime(), ...taken.map(({ stop }) => stop.getTime()));
    const written = Math.max(reached, Number(stretches.at(-1)?.until ?? 0));
    // The server has left this timeline, and such a backup begins with what it has now.
    const isBeyond = (each: Backup) =>
      !isPresent && each.timeline > timeline && each.start.getTime() > written;
    const backup = own.find(isAfter) ?? backups.find(isBeyond);
    gaps.push({
      timeline,
      firstSegment: segmentName(timeline, next),
      lastSegment: segmentName(timeline, end - 1),
      ...{ from: new Date(reached), until: backup?.stop ?? null },
    });
  };
  for (const stretch of stretches) {
    addGap(segmentIndex(stretch.first));
    next = Math.max(next, segmentIndex(stretch.last) + 1);
    from = stretch.until;
  }
  addGap(Math.max(end, isPresent ? segmentIndex(lastArchived) + 1 : 0));
  return gaps;
}

/**
 * The segment up to which later timelines need an earlier one, if one of its backups leads to them. In that segment they have branched
 * off: they have it themselves. 0: none needs it.
 */
function endNeeded(
  timeline: number,
  timelines: readonly Timeline[],
  backups: readonly Backup[],
): number {
  const ends = timelines.flatMap(({ ancestors }) => {
    const end = ancestors.get(timeline);
    const isUsed = backups.some(
      (backup) => backup.timeline === timeline && end !== undefined && lsnOf(backup.stopLsn) <= end,
    );
    return end !== undefined && isUsed ? [indexOfLsn(end)] : [];
  });
  return Math.max(0, ...ends);
}

/** The first segment of a timeline that a recovery may need. Retention removes what is older than the oldest backup. */
function firstNeeded(
  own: readonly Backup[],
  backups: readonly Backup[],
  ancestors: Timeline["ancestors"],
): number | undefined {
  const forks = backups.flatMap(({ timeline, stopLsn }) => {
    const end = ancestors.get(timeline);
    return end !== undefined && lsnOf(stopLsn) <= end ? [end] : [];
  });
  // Where an older backup leads to this timeline, it is needed from its beginning.
  if (forks.length > 0) return Math.max(...[...ancestors.values()].map(indexOfLsn));
  const needed = own.map(({ firstSegment }) => segmentIndex(firstSegment));
  return needed.length === 0 ? undefined : Math.min(...needed);
}

/** The moments that are lost with a gap: `2026-11-30 05:20:34+00 to 2026-11-30 05:24:10+00`. */
export function lostMoments({ from, until }: ArchiveGap): string {
  return `${written(from)} to ${until === null ? "the next backup" : written(until)}`;
}

/** The segments that are missing: `000000010000000000000007 to 000000010000000000000009`. */
export function missingSegments({ firstSegment, lastSegment }: ArchiveGap): string {
  return firstSegment === lastSegment ? firstSegment : `${firstSegment} to ${lastSegment}`;
}
