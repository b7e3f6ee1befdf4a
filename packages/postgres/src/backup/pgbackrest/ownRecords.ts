import type { z } from "zod";

import type { PgBackRestRun } from "./runPgBackRest";

/** JSON files of ours in a folder of a repository. */
export interface OwnRecords<T> {
  /** By the names of their files. */
  records: T[];
  /** Paths of files that are damaged, such as one that was cut off when a disk was full. Nothing else is kept from being read. */
  damaged: string[];
}

/**
 * Reads the records of a folder in a repository.
 *
 * @param run runs a command of pgBackRest on that repository
 * @param count so many of the last at most, damaged ones not counted
 * @returns undefined if the repository cannot be read
 */
export async function readOwnRecords<T>(
  run: (args: readonly string[]) => Promise<Pick<PgBackRestRun, "code" | "output">>,
  folder: string,
  schema: z.ZodType<T>,
  count = Infinity,
): Promise<OwnRecords<T> | undefined> {
  const listing = await run(["--output=json", "repo-ls", folder]);
  if (listing.code !== 0) return undefined;
  const names = Object.keys(JSON.parse(listing.output) as object)
    .filter((name) => name.endsWith(".json"))
    .sort();
  const records: T[] = [];
  const damaged: string[] = [];
  for (const name of names.reverse()) {
    if (records.length >= count) break;
    const path = `${folder}/${name}`;
    const { code, output } = await run(["--raw", "repo-get", path]);
    if (code !== 0) continue;
    const record = parseJson(output, schema);
    if (record === undefined) damaged.push(path);
    else records.push(record);
  }
  return { records: records.reverse(), damaged: damaged.reverse() };
}

/** What JSON of ours says; undefined if it is damaged, or of another kind. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return schema.safeParse(value).data;
}

/** Tells of a damaged record, in one line. */
export function damagedRecord(repository: number, path: string): string {
  return `Repository ${repository} of the backups: ${path} is damaged, and is ignored.`;
}
