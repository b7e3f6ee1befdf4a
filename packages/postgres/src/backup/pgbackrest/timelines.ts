import { timelineOf } from "./backupList";

/** A timeline of a server, as far as a repository has it. */
export interface Timeline {
  timeline: number;
  /** When a recovery began it; undefined for the first. */
  begun: Date | undefined;
  /** Its WAL, oldest first: one stretch if nothing is missing. Never empty. */
  stretches: readonly Stretch[];
  /** The timelines that it continues, with the LSN at which each ends for it. */
  ancestors: ReadonlyMap<number, bigint>;
}

/** Segments of one timeline with none missing between them. */
export interface Stretch {
  first: string;
  last: string;
  /** When the last one was archived; where it was looked at, when its last transaction ended. */
  until: Date;
}

/** A segment of WAL in a repository. */
export interface ArchivedSegment {
  name: string;
  archived: Date;
  /** Bytes that it takes there, compressed. */
  size: number;
}

/** An LSN as a number. https://www.postgresql.org/docs/15/datatype-pg-lsn.html */
export function lsnOf(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** Segments have 16 MB, so that 256 of them make 4 GB of WAL. https://www.postgresql.org/docs/15/wal-internals.html */
const segmentSize = 0x1000000n;
const segmentsOfLog = 0x100;

/** The LSN at which a segment begins. */
export function segmentStart(name: string): bigint {
  return BigInt(segmentIndex(name)) * segmentSize;
}

/** Which segment of the WAL it is, counted from the first, on whichever timeline. */
export function segmentIndex(name: string): number {
  return (
    Number.parseInt(name.slice(8, 16), 16) * segmentsOfLog + Number.parseInt(name.slice(16), 16)
  );
}

/** The segment that an LSN is in, counted like `segmentIndex`. */
export function indexOfLsn(lsn: bigint): number {
  return Number(lsn / segmentSize);
}

/** The name of a segment. */
export function segmentName(timeline: number, index: number): string {
  const numbers = [timeline, Math.floor(index / segmentsOfLog), index % segmentsOfLog];
  return numbers.map((value) => value.toString(16).toUpperCase().padStart(8, "0")).join("");
}

/**
 * The ancestors in a timeline's history file.
 *
 * @param history its text: a timeline, an LSN and a reason in each line. https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-TIMELINES
 */
export function readAncestors(history: string): Map<number, bigint> {
  const lines = history.matchAll(/^(\d+)\t([0-9A-F]+\/[0-9A-F]+)/gm);
  return new Map(Array.from(lines, ([, timeline, lsn = ""]) => [Number(timeline), lsnOf(lsn)]));
}

/** A file or a folder of a repository, as `pgbackrest repo-ls --output=json` prints it. */
interface ListedFile {
  type: "file" | "path" | "link";
  /** Seconds since 1970. */
  time?: number;
  size?: number;
}

export type Listing = Readonly<Record<string, ListedFile>>;

/** The timelines whose histories are in a listing of an archive, by the name of their files. */
export function historyFiles(archive: Listing): { name: string; timeline: number; begun: Date }[] {
  return Object.entries(archive)
    .filter(([name]) => /^[0-9A-F]{8}\.history$/.test(name))
    .map(([name, { time = 0 }]) => ({
      name,
      timeline: timelineOf(name),
      begun: new Date(time * 1000),
    }));
}

/** The segments in a recursive listing of an archive, by name. Those of a timeline follow each other. */
export function segmentsIn(archive: Listing): ArchivedSegment[] {
  return Object.entries(archive)
    .flatMap(([path, { time = 0, size = 0 }]) => {
      const [, name] = /(?:^|\/)([0-9A-F]{24})-[0-9a-f]{40}[^/]*$/.exec(path) ?? [];
      return name === undefined ? [] : [{ name, archived: new Date(time * 1000), size }];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The stretches of one timeline's segments. @param segments by name */
export function stretchesOf(segments: readonly ArchivedSegment[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { name, archived } of segments) {
    const last = stretches.at(-1);
    if (last !== undefined && segmentIndex(name) <= segmentIndex(last.last) + 1)
      Object.assign(last, { last: name, until: archived });
    else stretches.push({ first: name, last: name, until: archived });
  }
  return stretches;
}
