import { UserError } from "../../userError";
import type { Backup } from "./backupList";
import { lsnOf, type Timeline } from "./timelines";

/** A state of the database to recover. */
export type RecoveryTarget =
  { kind: "latest" } | { kind: "time"; time: Date } | { kind: "point"; point: RestorePoint };

/** A named place in the WAL. https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-ADMIN-BACKUP */
export interface RestorePoint {
  name: string;
  lsn: string;
  timeline: number;
  /** In ISO 8601. */
  time: string;
}

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

/** A stretch of time within which any moment can be recovered. */
export interface RecoveryRange {
  timeline: number;
  from: Date;
  until: Date;
}

/** The ranges of a repository, by timeline. */
export function recoveryRanges(
  backups: readonly Backup[],
  timelines: readonly Timeline[],
): RecoveryRange[] {
  return timelines.flatMap(({ timeline, begun, until, ancestors }) => {
    const usable = backups.filter((backup) => leadsTo(backup, timeline, ancestors));
    const own = usable.find((backup) => backup.timeline === timeline);
    const from = usable.some((backup) => backup.timeline !== timeline) ? begun : own?.stop;
    return from === undefined ? [] : [{ timeline, from, until }];
  });
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
  const ranges = recoveryRanges(backups, timelines);
  if (ranges.length === 0)
    throw new UserError("There is no backup to recover from.", "`backups` shows what there is.");
  const timeline = timelineOfTarget(target, ranges, chosen);
  const { ancestors = new Map<number, bigint>(), lastSegment = "" } =
    timelines.find((each) => each.timeline === timeline) ?? {};
  const backup = backups.findLast(
    (each) => leadsTo(each, timeline, ancestors) && endsBefore(each, target),
  );
  if (backup === undefined) throw outOfRange(target, ranges);
  return { backup, timeline, lastSegment };
}

function endsBefore({ stop, stopLsn }: Backup, target: RecoveryTarget): boolean {
  if (target.kind === "latest") return true;
  if (target.kind === "time") return stop.getTime() < target.time.getTime();
  return lsnOf(stopLsn) <= lsnOf(target.point.lsn);
}

function timelineOfTarget(
  target: RecoveryTarget,
  ranges: readonly RecoveryRange[],
  chosen: number | undefined,
): number {
  if (chosen !== undefined && !ranges.some(({ timeline }) => timeline === chosen)) {
    throw new UserError(
      `--timeline ${chosen}: no backup leads to it.`,
      `Name one of ${ranges.map(({ timeline }) => timeline).join(", ")}, or leave it out.`,
    );
  }
  if (target.kind === "latest") return chosen ?? newestRange(ranges)?.timeline ?? 1;
  if (target.kind === "point") return target.point.timeline;
  const { time } = target;
  const within = ranges.filter(
    ({ timeline, from, until }) =>
      from < time && time <= until && (chosen === undefined || chosen === timeline),
  );
  const [first, second] = within;
  if (first === undefined) throw outOfRange(target, ranges);
  if (second === undefined) return first.timeline;
  throw new UserError(
    `--to: ${written(time)} is on several timelines: ${within.map(({ timeline }) => timeline).join(" and ")}.\n${renderRanges(within)}`,
    `Add --timeline ${newestRange(within)?.timeline ?? second.timeline} for the present one.`,
  );
}

function outOfRange(target: RecoveryTarget, ranges: readonly RecoveryRange[]): UserError {
  const asked =
    target.kind === "time"
      ? `--to: ${written(target.time)}`
      : target.kind === "point"
        ? `--to-point: ${target.point.name} (${target.point.time})`
        : "--latest";
  return new UserError(
    `${asked} cannot be recovered. What can be:\n${renderRanges(ranges)}`,
    "Choose a moment within, or another repository.",
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
