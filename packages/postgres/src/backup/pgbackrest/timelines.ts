import { timelineOf } from "./backupList";

/** A timeline of a server, as far as a repository has it. */
export interface Timeline {
  timeline: number;
  /** When a recovery began it; undefined for the first. */
  begun: Date | undefined;
  /** When its last segment was archived. */
  until: Date;
  lastSegment: string;
  /** The timelines that it continues, with the LSN at which each ends for it. */
  ancestors: ReadonlyMap<number, bigint>;
}

/** An LSN as a number. https://www.postgresql.org/docs/15/datatype-pg-lsn.html */
export function lsnOf(text: string): bigint {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** The LSN at which a segment begins. Segments have 16 MB. */
export function segmentStart(name: string): bigint {
  return (BigInt(`0x${name.slice(8, 16)}`) << 32n) + BigInt(`0x${name.slice(16, 24)}`) * 0x1000000n;
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

/** The last folder of each timeline in a listing of an archive: a folder has 256 segments. */
export function lastFolders(archive: Listing): string[] {
  const last = new Map<number, string>();
  for (const name of Object.keys(archive).sort())
    if (/^[0-9A-F]{16}$/.test(name)) last.set(timelineOf(name), name);
  return [...last.values()];
}

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

/** The last segment in a listing of a folder, and when it was archived. */
export function lastSegment(folder: Listing): { name: string; archived: Date } | undefined {
  const name = Object.keys(folder)
    .filter((file) => /^[0-9A-F]{24}-[0-9a-f]{40}/.test(file))
    .sort()
    .at(-1);
  if (name === undefined) return undefined;
  return { name: name.slice(0, 24), archived: new Date((folder[name]?.time ?? 0) * 1000) };
}
