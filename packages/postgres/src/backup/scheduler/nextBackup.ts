import type { Backup } from "../pgbackrest/backupList";
import { isAhead, nextTime } from "../schedule";

/** A full backup is taken when the last one is older; those in between build on it. */
const fullEveryMs = 7 * 24 * 60 * 60 * 1000;

type Known = Pick<Backup, "start" | "type">;

/**
 * When the next backup of a repository is due: at once, if a scheduled one did not take place. One that a wrong clock has dated ahead would
 * put all others off until then, and does not count.
 */
export function nextDue(backups: readonly Known[], schedule: string, now = new Date()): Date {
  const last = backups.findLast(({ start }) => !isAhead(start, now));
  return last === undefined ? now : (nextTime(schedule, last.start) ?? now);
}

/** The type of the next backup, as pgBackRest calls it. */
export function nextType(backups: readonly Known[], now = new Date()): "full" | "incr" {
  const full = backups.findLast(({ type, start }) => type === "full" && !isAhead(start, now));
  return full === undefined || now.getTime() - full.start.getTime() >= fullEveryMs
    ? "full"
    : "incr";
}
