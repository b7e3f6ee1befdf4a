import { type ArchiveGap, lostMoments, missingSegments } from "../pgbackrest/archiveGaps";

/**
 * What is wrong with an archive that has gaps. Each is a fault when it is new, and as
 * long as no backup follows it: after that, everything that is offered for recovery can be recovered.
 *
 * @param known the gaps that the previous drill has found
 */
export function archiveFaults(
  gaps: readonly ArchiveGap[],
  known: readonly Pick<ArchiveGap, "lastSegment">[],
): string[] {
  return gaps
    .filter(
      ({ until, lastSegment }) =>
        until === null || !known.some((gap) => gap.lastSegment === lastSegment),
    )
    .map(
      (gap) =>
        `the archive lacks the WAL segment ${missingSegments(gap)}: no moment from ${lostMoments(gap)} can be recovered`,
    );
}
