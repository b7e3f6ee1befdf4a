import { statSync } from "node:fs";
import { join } from "node:path";

import { lostMoments, missingSegments } from "../pgbackrest/archiveGaps";
import { backupPaths } from "../pgbackrest/backupDeclaration";
import type { Backup } from "../pgbackrest/backupList";
import { runPgBackRest, said } from "../pgbackrest/runPgBackRest";
import { isAhead, nextTime } from "../schedule";
import { archiveHistories } from "./archiveHistories";
import type { Board } from "./board";
import { copyRecords } from "./drills";
import { inTurn } from "./inTurn";
import { log } from "./log";
import { findLostWal, type LostWal } from "./lostWal";
import { numbersOf, offFile, type Plan } from "./plan";
import { markRepository, prepareRepository } from "./prepareRepository";

/** After a failure: the first pause, and the longest. */
const pausesMs = { first: 15_000, longest: 30 * 60_000 };

/** A full backup is taken when the last one is older; those in between build on it. */
const fullEveryMs = 7 * 24 * 60 * 60 * 1000;

/** A changed clock, a machine that slept and lost WAL are noticed within a minute. */
const lookEveryMs = 60_000;

/**
 * Takes backups into each repository until the process ends: the first at once, so that there is no day without one, the others as
 * scheduled, and a full one after WAL was lost. What fails is tried again.
 */
export async function takeBackups(plan: Plan, board: Board, signal: AbortSignal): Promise<void> {
  await Promise.all(numbersOf(plan).map((number) => fill(number, plan, board, signal)));
}

async function fill(
  repository: number,
  plan: Plan,
  board: Board,
  signal: AbortSignal,
): Promise<void> {
  let pause = pausesMs.first;
  let isMarked = false;
  /** What was logged last, which is not repeated every minute. */
  let told: string | undefined;
  const tell = (line: string) => {
    if (line !== told) log(`repository ${repository}: ${line}`);
    told = line;
  };
  while (!signal.aborted) {
    const read = await prepareRepository(repository, signal);
    if ("fault" in read) {
      board.note(repository, { fault: read.fault });
      tell(read.fault);
      await board.rest(Math.min(pause, lookEveryMs), signal);
      pause = Math.min(pause * 2, pausesMs.longest);
      continue;
    }
    const { backups } = read.state;
    const lastBackup = backups.at(-1) ?? null;
    if (board.note(repository, { lastBackup })) {
      tell("all its backups are gone; a full one follows");
      isMarked = false;
      // They were beside the backups.
      await copyRecords(plan, signal);
    }
    isMarked ||= await mark(repository, signal);
    const archiveRead = new Date().toISOString();
    const lost = await lostWal(repository, backups, signal);
    if ("fault" in lost) {
      board.note(repository, { fault: lost.fault });
      tell(lost.fault);
    } else {
      const { gaps, newestSegment = null } = lost;
      board.note(repository, { fault: null, gaps, newestSegment, archiveRead });
      if (lost.lacksHistory) await inTurn(() => archiveHistories(signal));
    }
    const gap = "fault" in lost ? undefined : lost.open.at(-1);
    if (gap !== undefined) {
      tell(
        `WAL is lost, segment ${missingSegments(gap)}. No moment from ${lostMoments(gap)} can be recovered`,
      );
    } else if (!("fault" in lost)) told = undefined;
    // A backup needs WAL of its own, which comes after all that waits.
    const mustBeFull = (gap !== undefined && !board.isFailing(repository)) || wereOff(backups);
    const due = mustBeFull ? new Date() : nextDue(backups, plan.schedule);
    if (due.getTime() > Date.now()) {
      await board.rest(Math.min(due.getTime() - Date.now(), lookEveryMs), signal);
      continue;
    }
    const failure = await take(repository, mustBeFull ? "full" : nextType(backups), signal);
    board.note(repository, { failure: failure ?? null });
    pause = failure === undefined ? pausesMs.first : Math.min(pause * 2, pausesMs.longest);
    if (failure !== undefined) await board.rest(pause, signal);
  }
}

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

/** @returns whether the repository was marked. If not, it is tried again */
async function mark(repository: number, signal: AbortSignal): Promise<boolean> {
  try {
    await markRepository(repository, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    log(`repository ${repository}: it could not be marked as a copy's: ${String(error)}`);
    return false;
  }
}

async function lostWal(
  repository: number,
  backups: readonly Backup[],
  signal: AbortSignal,
): Promise<LostWal | { fault: string }> {
  try {
    const run = (args: readonly string[]) =>
      runPgBackRest([`--repo=${repository}`, ...args], signal);
    return await findLostWal(run, backups);
  } catch (error) {
    signal.throwIfAborted();
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether backups were off since the last full one: then WAL was let go that nothing names. */
function wereOff(backups: readonly Backup[]): boolean {
  const full = backups.findLast(({ type }) => type === "full");
  const off = statSync(join(backupPaths.configuration, offFile), { throwIfNoEntry: false });
  return full !== undefined && off !== undefined && full.start < off.mtime;
}

/** @returns why no backup was taken; undefined: one was */
async function take(
  repository: number,
  type: "full" | "incr",
  signal: AbortSignal,
): Promise<string | undefined> {
  const started = Date.now();
  const run = await inTurn(async () => {
    await archiveHistories(signal);
    return runPgBackRest([`--repo=${repository}`, `--type=${type}`, "backup"], signal);
  });
  if (run.code !== 0) {
    const failure = `no backup was taken (${said(run)})`;
    log(`repository ${repository}: ${failure}`);
    return failure;
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  log(
    `repository ${repository}: ${type === "full" ? "full" : "incremental"} backup in ${seconds} s`,
  );
  return undefined;
}
