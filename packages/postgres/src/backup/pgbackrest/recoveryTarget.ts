import { z } from "zod";

import { UserError } from "../../userError";
import { stanza } from "./backupDeclaration";
import type { Backup } from "./backupList";
import { indexOfLsn, lsnOf, segmentIndex, type Stretch, type Timeline } from "./timelines";

/** A state of the database to recover. */
export type RecoveryTarget =
  { kind: "latest" } | { kind: "time"; time: Date } | { kind: "point"; point: RestorePoint };

/** A named place in the WAL. https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-ADMIN-BACKUP */
export interface RestorePoint {
  name: string;
  /** That of an unconfirmed one is before it. */
  lsn: string;
  timeline: number;
  /** In ISO 8601. */
  time: string;
  /** The command that creates it has not ended: the WAL may lack it. */
  unconfirmed?: true;
}

/** A restore point as its record is read back. */
export const restorePoint: z.ZodType<RestorePoint> = z.object({
  name: z.string(),
  lsn: z.string().regex(/^[0-9A-F]+\/[0-9A-F]+$/),
  timeline: z.number(),
  time: z.iso.datetime(),
  unconfirmed: z.literal(true).exactOptional(),
});

/** How to get there: which backup to begin with, and which timeline to follow. */
export interface RecoveryPlan {
  backup: Backup;
  timeline: number;
  /** The last segment that the repository has of that timeline. */
  lastSegment: string;
}

/**
 * The moment that a user has written, as in `2026-11-28 13:12:47+00`.
 *
 * @throws UserError if it is not one, or has no offset: then it could mean two moments
 */
export function readMoment(text: string): Date {
  const pattern =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?$/;
  const [, day = "", clock = "", offset] = pattern.exec(text.trim()) ?? [];
  const utc = new Date(`${day}T${clock}Z`);
  if (day === "" || Number.isNaN(utc.getTime())) {
    throw new UserError(
      `--to: "${text}" is not a moment.`,
      'Write a date, a time and an offset from UTC, such as "2026-11-28 13:12:47+00".',
    );
  }
  if (offset === undefined) {
    const local = new Date(`${day}T${clock}`);
    throw new UserError(
      `--to: "${text}" has no offset from UTC. In UTC it is ${written(utc)}; in the time zone of this machine it is ${written(local)}.`,
      `Add it: "${day} ${clock}+00" is UTC.`,
    );
  }
  const whole = offset === "Z" ? offset : offset.replace(":", "").padEnd(5, "0");
  return new Date(`${day}T${clock}${whole.replace(/^(.\d\d)(\d\d)$/, "$1:$2")}`);
}

/** A moment as PostgreSQL and pgBackRest read it, in UTC. */
export function written(moment: Date): string {
  return moment.toISOString().replace("T", " ").replace("Z", "+00").replace(".000", "");
}

/**
 * How a server that recovers fetches its WAL from a repository. Where that cannot be read, the recovery ends with an error: by itself
 * PostgreSQL takes any failure for the end of the archive, and starts with what it has.
 * https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-PITR-RECOVERY
 *
 * @param data the server's data directory
 */
export function restoreCommand(repository: number, data: string): string {
  // 1: there is no such segment. pgBackRest tries four times, and waits so many seconds for each answer.
  const fetch = `pgbackrest --stanza=${stanza} --repo=${repository} --pg1-path=${data} --io-timeout=10 archive-get %f "%p"`;
  return `${fetch}; case $? in 0) exit 0;; 1) exit 1;; *) exit 255;; esac`;
}

/** A stretch of time within which any moment can be recovered. Its end is not within: a transaction must follow. */
export interface RecoveryRange {
  timeline: number;
  from: Date;
  until: Date;
}

/** A range, and what leads to its moments. */
interface Reach extends RecoveryRange {
  backups: readonly Backup[];
  /** Its first and last segment, counted by `segmentIndex`. */
  first: number;
  last: number;
  lastSegment: string;
}

/** The ranges of a repository, by timeline. One ends where WAL is missing, and the next begins with the next backup. */
export function recoveryRanges(
  backups: readonly Backup[],
  timelines: readonly Timeline[],
): RecoveryRange[] {
  return reachesOf(backups, timelines).map(({ timeline, from, until }) => ({
    ...{ timeline, from, until },
  }));
}

function reachesOf(backups: readonly Backup[], timelines: readonly Timeline[]): Reach[] {
  return timelines.flatMap((each) => {
    const { timeline, begun, ancestors } = each;
    return runsAlong(each, timelines).flatMap(({ first, last, own }) => {
      const usable = backups.filter(
        (backup) =>
          leadsTo(backup, timeline, ancestors) &&
          segmentIndex(backup.firstSegment) >= first &&
          indexOfLsn(lsnOf(backup.stopLsn) - 1n) <= last,
      );
      const earlier = usable.some((backup) => backup.timeline !== timeline);
      const from = earlier ? begun : usable[0]?.stop;
      if (own === undefined || from === undefined) return [];
      // Nothing may have been committed since a backup: it has everything before its own end.
      const until = new Date(Math.max(own.until.getTime(), from.getTime()));
      return [{ timeline, from, until, backups: usable, first, last, lastSegment: own.last }];
    });
  });
}

/** Segments in a row that a recovery along a timeline replays. */
interface Run {
  first: number;
  last: number;
  /** The last stretch of the timeline itself; undefined: it is all its ancestors'. */
  own: Stretch | undefined;
}

/** The WAL along a timeline, with that of its ancestors, cut where segments are missing. */
function runsAlong({ stretches, ancestors }: Timeline, timelines: readonly Timeline[]): Run[] {
  const pieces: Run[] = [];
  let begin = 0;
  const add = (stretch: Stretch, end: number, own: Stretch | undefined) => {
    const first = Math.max(begin, segmentIndex(stretch.first));
    const last = Math.min(end, segmentIndex(stretch.last));
    if (first <= last) pieces.push({ first, last, own });
  };
  // A timeline begins in the middle of a segment, with a copy of that which its ancestor had there.
  for (const [ancestor, lsn] of [...ancestors].sort(([one], [other]) => one - other)) {
    const fork = indexOfLsn(lsn);
    const found = timelines.find(({ timeline }) => timeline === ancestor);
    for (const stretch of found?.stretches ?? []) add(stretch, fork - 1, undefined);
    begin = Math.max(begin, fork);
  }
  for (const stretch of stretches) add(stretch, Infinity, stretch);

  const runs: Run[] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    if (run !== undefined && piece.first <= run.last + 1)
      Object.assign(run, { last: piece.last, own: piece.own });
    else runs.push({ ...piece });
  }
  return runs;
}

/** The range that ends last: that of the timeline which the server is on, whichever number it has. */
export function newestRange(ranges: readonly RecoveryRange[]): RecoveryRange | undefined {
  return ranges.toSorted((one, other) => one.until.getTime() - other.until.getTime()).at(-1);
}

/** Whether a recovery can begin with a backup and follow a timeline. */
function leadsTo(
  backup: Backup,
  timeline: number,
  ancestors: ReadonlyMap<number, bigint>,
): boolean {
  if (backup.timeline === timeline) return true;
  const end = ancestors.get(backup.timeline);
  return end !== undefined && lsnOf(backup.stopLsn) <= end;
}

/**
 * The backup to begin with, and the timeline to follow. pgBackRest 2.45 chooses the newest backup for a named point, even where that
 * is later.
 *
 * @param chosen the timeline that the user has named, if any
 * @throws UserError if the target is not in a range, or in several
 */
export function planRecovery(
  target: RecoveryTarget,
  backups: readonly Backup[],
  timelines: readonly Timeline[],
  chosen?: number,
): RecoveryPlan {
  const reaches = reachesOf(backups, timelines);
  if (reaches.length === 0)
    throw new UserError("There is no backup to recover from.", "`backups` shows what there is.");
  if (chosen !== undefined && !reaches.some(({ timeline }) => timeline === chosen)) {
    throw new UserError(
      `--timeline ${chosen}: no backup leads to it.`,
      `Name one of ${[...new Set(reaches.map(({ timeline }) => timeline))].join(", ")}, or leave it out.`,
    );
  }
  const reach = reachOf(target, reaches, timelines, chosen);
  const backup = reach?.backups.findLast((each) => endsBefore(each, target));
  if (reach === undefined || backup === undefined) throw outOfRange(target, reaches);
  return { backup, timeline: reach.timeline, lastSegment: reach.lastSegment };
}

function endsBefore({ stop, stopLsn }: Backup, target: RecoveryTarget): boolean {
  if (target.kind === "latest") return true;
  if (target.kind === "time") return stop.getTime() < target.time.getTime();
  return lsnOf(stopLsn) <= lsnOf(target.point.lsn);
}

/** The range that a target is in; undefined if it is in none. */
function reachOf(
  target: RecoveryTarget,
  reaches: readonly Reach[],
  timelines: readonly Timeline[],
  chosen: number | undefined,
): Reach | undefined {
  if (target.kind === "latest") {
    // Not the last range that can be recovered: what was written after a gap would be missing without a word.
    const ends = timelines
      .filter(({ timeline }) => timeline === (chosen ?? timeline))
      .map(({ timeline, stretches }) => ({ timeline, last: stretches.at(-1) }))
      .sort((one, other) => Number(one.last?.until) - Number(other.last?.until));
    const last = ends.at(-1)?.last?.last;
    return reaches.find(({ lastSegment }) => lastSegment === last);
  }
  if (target.kind === "point") {
    const timeline = timelineOfPoint(target.point, timelines, chosen);
    const { lsn } = target.point;
    const index = indexOfLsn(lsnOf(lsn));
    const before = reaches.filter((reach) => reach.timeline === timeline && reach.first <= index);
    const last = segmentIndex(
      timelines.find((each) => each.timeline === timeline)?.stretches.at(-1)?.last ?? "",
    );
    // What is not archived yet will be in a moment.
    return before.find((reach) => index <= reach.last || reach.last === last);
  }
  return reachOfTime(target.time, reaches, chosen);
}

function reachOfTime(
  time: Date,
  reaches: readonly Reach[],
  chosen: number | undefined,
): Reach | undefined {
  const within = reaches.filter(
    ({ timeline, from, until }) =>
      from < time && time < until && (chosen === undefined || chosen === timeline),
  );
  const [first, second] = within;
  if (second === undefined) return first;
  throw new UserError(
    `--to: ${written(time)} is on several timelines: ${within.map(({ timeline }) => timeline).join(" and ")}.\n${renderRanges(within)}`,
    `Add --timeline ${newestRange(within)?.timeline ?? second.timeline} for the present one.`,
  );
}

/** A restore point is on the timeline on which it was created, and on those that have left it later. */
function timelineOfPoint(
  { name, lsn, timeline }: RestorePoint,
  timelines: readonly Timeline[],
  chosen = timeline,
): number {
  if (chosen === timeline) return timeline;
  const end = timelines.find((each) => each.timeline === chosen)?.ancestors.get(timeline);
  if (end !== undefined && lsnOf(lsn) <= end) return chosen;
  throw new UserError(
    `--timeline ${chosen}: the restore point ${name} is not on it, but on timeline ${timeline}.`,
    `Leave --timeline out, or name ${timeline}.`,
  );
}

function outOfRange(target: RecoveryTarget, ranges: readonly RecoveryRange[]): UserError {
  const asked =
    target.kind === "time"
      ? `--to: ${written(target.time)}`
      : target.kind === "point"
        ? `--to-point: ${target.point.name} (${target.point.time})`
        : "--latest";
  const end = newestRange(ranges)?.until;
  const isLater = target.kind === "time" && end !== undefined && target.time >= end;
  return new UserError(
    `${asked} cannot be recovered. What can be:\n${renderRanges(ranges)}`,
    isLater
      ? "No later transaction is archived yet: --latest recovers everything that is. A server that runs archives the last minute within the next."
      : "Choose a moment within, or another repository.",
  );
}

function renderRanges(ranges: readonly RecoveryRange[]): string {
  return ranges
    .map(
      ({ timeline, from, until }) =>
        `  timeline ${timeline}: ${written(from)} to ${written(until)}`,
    )
    .join("\n");
}
