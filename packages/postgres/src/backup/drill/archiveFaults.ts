import type { Backup } from "../pgbackrest/backupList";
import { timelineOf } from "../pgbackrest/backupList";

/** Segments of 16 MB: a log file of 4 GB has 256. https://www.postgresql.org/docs/15/wal-internals.html */
const segmentsOfLog = 0x100;

/**
 * The segments that an archive lacks between those that it has. pgBackRest notices none of them, and a recovery that comes to one
 * ends there, as if the server had written no more.
 *
 * @param segments names in the archive, in any order
 * @param lastArchived the last one that the server has archived by its own account, if it can be asked
 */
export function missingSegments(
  segments: readonly string[],
  backups: readonly Pick<Backup, "firstSegment">[],
  lastArchived?: string,
): string[] {
  const byTimeline = new Map<number, string[]>();
  for (const name of [...segments, ...(lastArchived === undefined ? [] : [lastArchived])].sort()) {
    const timeline = timelineOf(name);
    byTimeline.set(timeline, [...(byTimeline.get(timeline) ?? []), name]);
  }
  const there = new Set(segments);
  const missing: string[] = [];
  for (const [timeline, names] of byTimeline) {
    // Retention removes what is older than the oldest backup.
    const oldest = backups
      .map(({ firstSegment }) => firstSegment)
      .filter((name) => timelineOf(name) === timeline)
      .sort()[0];
    const first = oldest ?? names[0] ?? "";
    const last = names.at(-1) ?? "";
    for (let name = first; name <= last && name !== ""; name = nextSegment(name))
      if (!there.has(name)) missing.push(name);
  }
  return missing;
}

/** The name of the segment after another one. */
export function nextSegment(name: string): string {
  const log = Number.parseInt(name.slice(8, 16), 16);
  const segment = Number.parseInt(name.slice(16), 16) + 1;
  const [nextLog, next] = segment < segmentsOfLog ? [log, segment] : [log + 1, 0];
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
  return `${name.slice(0, 8)}${hex(nextLog)}${hex(next)}`;
}

/** Several names in a row as a range. */
export function asRanges(names: readonly string[]): string[] {
  const ranges: [string, string][] = [];
  for (const name of names) {
    const last = ranges.at(-1);
    if (last !== undefined && nextSegment(last[1]) === name) last[1] = name;
    else ranges.push([name, name]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first} to ${last}`));
}
