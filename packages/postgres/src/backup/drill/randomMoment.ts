import { newestRange, type RecoveryRange } from "../pgbackrest/recoveryTarget";

/** A moment chosen at random. */
export interface RandomMoment {
  time: Date;
  /** The timeline of its range. Another may have the same moment: the one that a recovery has left. */
  timeline: number;
}

/**
 * A random moment of the newest range.
 *
 * @param commitSeconds within which a commit follows each moment: without one it cannot be recovered
 * @returns undefined if the range is too short
 */
export function randomMoment(
  ranges: readonly RecoveryRange[],
  commitSeconds: number,
): RandomMoment | undefined {
  const last = newestRange(ranges);
  if (last === undefined) return undefined;
  const until = last.until.getTime() - commitSeconds * 1000;
  const from = last.from.getTime() + 1000;
  if (until <= from) return undefined;
  const time = new Date(Math.floor(from + Math.random() * (until - from)));
  return { time, timeline: last.timeline };
}
