import { setTimeout as sleep } from "node:timers/promises";

import { type Backup, readBackupList, type RepositoryState } from "../pgbackrest/backupList";
import { type PgBackRestRun, runPgBackRest } from "../pgbackrest/runPgBackRest";
import { nextTime } from "../schedule";
import { log } from "./log";
import type { Plan } from "./plan";

/** A full backup is taken when the last one is older; those in between build on it. */
const fullEveryMs = 7 * 24 * 60 * 60 * 1000;

/** After a failure: the first pause, and the longest. */
const pausesMs = { first: 15_000, longest: 30 * 60_000 };

/**
 * Takes backups into each repository until the process ends: the first at once, so that there is no day without one, the others as
 * scheduled. What fails is tried again.
 */
export async function takeBackups(plan: Plan, signal: AbortSignal): Promise<void> {
  await Promise.all(plan.repositories.map((number) => fill(number, plan, signal)));
}

async function fill(repository: number, { schedule }: Plan, signal: AbortSignal): Promise<void> {
  // A time that passed while this container did not run is made up for.
  let due: Date | undefined;
  let pause = pausesMs.first;
  while (!signal.aborted) {
    const state = await prepare(repository, signal);
    if (state === undefined) {
      await sleep(pause, undefined, { signal });
      pause = Math.min(pause * 2, pausesMs.longest);
      continue;
    }
    due ??= nextDue(state, schedule);
    const rest = due.getTime() - Date.now();
    if (rest > 0) {
      // A clock that is set, or a machine that sleeps, is noticed within a minute.
      await sleep(Math.min(rest, 60_000), undefined, { signal });
      continue;
    }
    const type = nextType(state.backups);
    const isTaken = await take(repository, type, signal);
    if (isTaken) due = nextTime(schedule, new Date());
    pause = isTaken ? pausesMs.first : Math.min(pause * 2, pausesMs.longest);
    if (!isTaken) await sleep(pause, undefined, { signal });
  }
}

/** When the next backup of a repository is due: at once, if a scheduled one did not take place. */
function nextDue({ backups }: RepositoryState, schedule: string): Date {
  const last = backups.at(-1);
  const now = new Date();
  return last === undefined ? now : (nextTime(schedule, last.start) ?? now);
}

/** The type of the next backup, as pgBackRest calls it. */
function nextType(backups: readonly Backup[], now = Date.now()): "full" | "incr" {
  const full = backups.findLast(({ type }) => type === "full");
  return full === undefined || now - full.start.getTime() >= fullEveryMs ? "full" : "incr";
}

/**
 * Makes a repository know this server, and reads what it has. Does nothing where it does already.
 *
 * @returns undefined if the repository or the server does not answer; the log says why
 */
async function prepare(
  repository: number,
  signal: AbortSignal,
): Promise<RepositoryState | undefined> {
  const state = await read(repository, signal);
  if (state === undefined || state.exists) return state;
  const created = await runPgBackRest(["stanza-create"], signal);
  if (created.code !== 0) {
    complain(repository, "it could not be prepared", created);
    return undefined;
  }
  return read(repository, signal);
}

async function read(repository: number, signal: AbortSignal): Promise<RepositoryState | undefined> {
  const run = await runPgBackRest(["--output=json", "info"], signal);
  if (run.code !== 0) {
    complain(repository, "it could not be read", run);
    return undefined;
  }
  const [state] = readBackupList(run.output, [repository]);
  if (state?.fault === undefined) return state;
  log(`repository ${repository}: ${state.fault}`);
  return undefined;
}

async function take(
  repository: number,
  type: "full" | "incr",
  signal: AbortSignal,
): Promise<boolean> {
  const started = Date.now();
  const run = await runPgBackRest([`--repo=${repository}`, `--type=${type}`, "backup"], signal);
  if (run.code !== 0) {
    complain(repository, "no backup was taken", run);
    return false;
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  log(
    `repository ${repository}: ${type === "full" ? "full" : "incremental"} backup in ${seconds} s`,
  );
  return true;
}

function complain(
  repository: number,
  what: string,
  { code, output, messages }: PgBackRestRun,
): void {
  const said = `${messages}${output}`.trim() || "it said nothing";
  log(`repository ${repository}: ${what} (pgbackrest ended with ${code}): ${said}`);
}
