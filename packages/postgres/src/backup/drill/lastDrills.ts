import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

import type Dockerode from "dockerode";
import { z } from "zod";

import { npmCommand } from "../../npmCommand";
import { ifExists } from "../../server/dockerEngine/engineResponses";
import { backupPaths } from "../pgbackrest/backupDeclaration";
import { parseJson } from "../pgbackrest/ownRecords";
import { isAhead, nextTime } from "../schedule";
import { allFaults, drillRecord, type DrillRecord, isSound } from "./drillRecord";

/** What is known of the drills of a repository, or of a server that has none of ours. */
export interface LastDrill {
  /** Null: the server's owner makes the backups, and a dump or a copy of it was drilled. */
  repository: number | null;
  /** Null: there was none. */
  last: DrillRecord | null;
  /** When the last one began that found nothing wrong, in ISO 8601. */
  lastSound: string | null;
}

const lastDrill: z.ZodType<LastDrill> = z.object({
  repository: z.number().nullable(),
  last: drillRecord.nullable(),
  lastSound: z.iso.datetime().nullable(),
});

/**
 * What records say. A sound one that a wrong clock has dated ahead does not count: it would count for too long.
 *
 * @param records oldest first
 */
export function lastDrillOf(
  repository: number | null,
  records: readonly DrillRecord[],
  now = new Date(),
): LastDrill {
  const dated = records.filter(({ time }) => !isAhead(new Date(time), now));
  return {
    repository,
    last: records.at(-1) ?? null,
    lastSound: dated.findLast(isSound)?.time ?? null,
  };
}

/** The file in the drills' volume with a copy of the last records. */
export const lastDrillsFile = "last.json";

/** A copy of what the repositories' records say: the engine hands it out within milliseconds, whatever a repository is. */
const copy = join(backupPaths.drill, lastDrillsFile);

/** Writes the copy, in the container that takes backups. */
export async function writeLastDrills(drills: readonly LastDrill[]): Promise<void> {
  // A line of its own: the engine packs the file into an archive.
  const unfinished = `${copy}.${process.pid}`;
  await writeFile(unfinished, `\n${JSON.stringify(drills)}\n`);
  await rename(unfinished, copy);
}

/** Reads the copy, in the container that takes backups. */
export async function readCopy(): Promise<LastDrill[]> {
  return parseCopy(await readFile(copy, "utf8").catch(() => ""));
}

/**
 * The last drills of each repository, which the engine reads from the container that takes backups. It need not run.
 *
 * @returns undefined if that container does not exist; none before it has run for the first time
 */
export async function readLastDrills(
  container: Dockerode.Container,
): Promise<LastDrill[] | undefined> {
  const archive = await ifExists(container.getArchive({ path: copy }));
  if (archive === undefined) {
    return (await ifExists(container.inspect())) === undefined ? undefined : [];
  }
  const [line = ""] = /^\[.*\]$/m.exec((await buffer(archive)).toString()) ?? [];
  return parseCopy(line);
}

/** What a copy says. A damaged one says nothing: the next drill writes it again, from the records beside the repositories. */
export function parseCopy(text: string): LastDrill[] {
  return parseJson(text, z.array(lastDrill)) ?? [];
}

/** Milliseconds of a day. */
const day = 24 * 60 * 60 * 1000;

/** Why the data is not proven to be restorable, and what to do about it. Neither ends with a full stop. */
export interface Undrilled {
  fault: string;
  remedy: string;
  /** Whether that is said, and migrations are applied all the same. Default: they are refused. */
  isTolerated?: boolean;
}

/**
 * Why the data is not proven to be restorable; undefined if a drill has restored it within so many days. One repository is enough.
 *
 * @param drills undefined if they cannot be read, because the container that takes backups does not exist
 */
export function drillFault(
  drills: readonly LastDrill[] | undefined,
  within: number,
  stack: string,
  now = Date.now(),
): Undrilled | undefined {
  const days = `${within} ${within === 1 ? "day" : "days"}`;
  const demand = `within ${days} (hosterizer-database:backup.drillWithin in Pulumi.${stack}.yaml)`;
  if (drills === undefined) {
    return {
      fault: `whether a drill has restored stack ${stack} ${demand} cannot be read: the container that takes its backups does not exist`,
      remedy: `Bring it up first: ${npmCommand("up", ["--target", "'**hosterizer:index:Backup**'"], stack)}`,
    };
  }
  const times = drills.flatMap(({ lastSound }) => (lastSound === null ? [] : [lastSound])).sort();
  const last = times.findLast((time) => !isAhead(new Date(time), now));
  const ahead = [...times, ...drills.flatMap((drill) => drill.last?.time ?? [])].find((time) =>
    isAhead(new Date(time), now),
  );
  if (last !== undefined && now - new Date(last).getTime() <= within * day) return undefined;
  const failed = failedSince(last, drills, now);
  const found = [
    ...(last === undefined ? [] : [`the last one that did was on ${written(last)}`]),
    ...(failed === undefined
      ? []
      : [`the last one, on ${written(failed.time)}, failed: ${inShort(allFaults(failed))}`]),
    ...(last === undefined && ahead !== undefined
      ? [`one is dated ${written(ahead)}, which is still to come`]
      : []),
  ];
  const happened = found.length === 0 ? "there has been none" : found.join("; ");
  return {
    fault: `no drill has restored stack ${stack} ${demand}: ${happened}`,
    remedy: `Run one: ${npmCommand("db -- restore-drill", [], stack)}`,
  };
}

/** The newest of the repositories' last drills that failed after the last sound one. @param lastSound when that began; undefined: none was sound */
function failedSince(
  lastSound: string | undefined,
  drills: readonly LastDrill[],
  now: number,
): DrillRecord | undefined {
  return drills
    .flatMap(({ last }) => (last === null || isSound(last) ? [] : [last]))
    .filter(({ time }) => !isAhead(new Date(time), now) && time > (lastSound ?? ""))
    .sort((one, other) => one.time.localeCompare(other.time))
    .at(-1);
}

/**
 * What an operator should know of the last drills, a sentence or two each. None if all is well.
 *
 * @param schedule when a drill is due, as a cron expression in UTC. Default: nothing runs them by itself
 */
export function drillWarnings(
  drills: readonly LastDrill[],
  stack: string,
  schedule?: string,
  now = new Date(),
): string[] {
  const command = npmCommand("db -- restore-drill", [], stack);
  return drills.flatMap(({ repository, last }) => {
    const what =
      repository === null
        ? `stack ${stack}`
        : `the backups of stack ${stack} in repository ${repository}`;
    if (last === null) return [`No drill has restored ${what} yet: ${command}`];
    if (!isSound(last)) {
      return [
        `The last drill of ${what}, on ${written(last.time)}, failed: ${inShort(allFaults(last))}`,
      ];
    }
    if (isAhead(new Date(last.time), now)) {
      return [
        `The last drill of ${what} is dated ${written(last.time)}, which is still to come: a clock was ahead, and when it was is unknown. ${command}`,
      ];
    }
    if (schedule === undefined || !isOverdue(last.time, schedule, now)) return [];
    return [
      `The last drill of ${what} was on ${written(last.time)}, and others were due: ${command}`,
    ];
  });
}

/** Whether two have been due since the last one: the first may just be running. */
function isOverdue(last: string, schedule: string, now: Date): boolean {
  const due = nextTime(schedule, new Date(last));
  const next = due === undefined ? undefined : nextTime(schedule, due);
  return next !== undefined && next < now;
}

/** The first faults, each on one line and to its end, and how many more there are. */
function inShort(faults: readonly string[]): string {
  const shown = faults.slice(0, 3).map((fault) => fault.replaceAll(/\s+/g, " ").trim());
  const more = faults.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** A time for people, to the minute. */
function written(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
