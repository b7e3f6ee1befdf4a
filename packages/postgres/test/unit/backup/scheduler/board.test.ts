import { setImmediate as nextTurn } from "node:timers/promises";

import { expect, test } from "vitest";

import type { Archiving, BackupReport } from "../../../../src/backup/backupReport";
import { Board } from "../../../../src/backup/scheduler/board";
import type { PlannedRepository } from "../../../../src/backup/scheduler/plan";

const since = "2026-11-30T12:00:00.000Z";
const well: Archiving = {
  ...{ failingSince: null, waiting: 0, oldestWaiting: null, bytesPerSecond: 1, freeBytes: 1 },
  dropped: null,
};
const failing = { ...well, failingSince: since, waiting: 2, oldestWaiting: "05" };
const dropped = (segment: string) => ({ segment, time: since });

/** A board, and what it has published and logged. */
function boardOf(...repositories: number[]) {
  return continued(undefined, ...repositories.map((number) => ({ number, place: "/" })));
}

/** One of a process that has found the report of an earlier one. */
function continued(before: BackupReport | undefined, ...repositories: PlannedRepository[]) {
  const reports: BackupReport[] = [];
  const lines: string[] = [];
  const publish = (report: BackupReport) => {
    reports.push(report);
  };
  const board = new Board(repositories, before, publish, (line) => lines.push(line));
  return { board, reports, lines };
}

test("nothing is reported before the server's archiving was looked at", () => {
  const { board, reports } = boardOf(1, 2);
  board.note(1, { fault: "no answer" });
  board.note(3, { fault: "not declared" });
  expect(reports).toEqual([]);

  board.noteArchiving(well);
  board.note(2, { newestSegment: "07" });
  expect(reports).toHaveLength(2);
  const unknown = { lastBackup: null, failure: null, gaps: [], archiveRead: null };
  expect(reports.at(-1)).toMatchObject({
    archiving: well,
    repositories: [
      { ...unknown, repository: 1, fault: "no answer", newestSegment: null },
      { ...unknown, repository: 2, fault: null, newestSegment: "07" },
    ],
  });
});

test("each change of archiving is logged once", () => {
  const { board, lines } = boardOf(1);
  for (const archiving of [well, well, failing, failing, well]) board.noteArchiving(archiving);
  expect(lines).toEqual([`archiving: fails, WAL waits since ${since}`, "archiving: works again"]);
});

test("the first and the last segment that the server drops are logged", () => {
  const { board, lines } = boardOf(1);
  const names = ["03", "04", "05"];
  board.noteArchiving(failing);
  for (const name of names) board.noteArchiving({ ...failing, dropped: dropped(name) });
  board.noteArchiving({ ...well, dropped: dropped("05") });
  expect(lines).toEqual([
    `archiving: fails, WAL waits since ${since}`,
    "archiving: the server drops WAL, first 03",
    "archiving: works again; WAL up to 05 was dropped",
  ]);
});

test("what was dropped before the last failure is not told of this one", () => {
  const { board, lines } = boardOf(1);
  // Found already there: it was dropped before the scheduler was started.
  board.noteArchiving({ ...well, dropped: dropped("03") });
  // Dropped and archived again between two looks.
  board.noteArchiving({ ...well, dropped: dropped("04") });
  board.noteArchiving({ ...failing, dropped: dropped("04") });
  board.noteArchiving({ ...well, dropped: dropped("04") });
  expect(lines).toEqual([
    "archiving: the server drops WAL, first 04",
    `archiving: fails, WAL waits since ${since}`,
    "archiving: works again",
  ]);
});

test("of two repositories, the one that takes what waits does not fail", () => {
  const { board } = boardOf(1, 2);
  const fails = () => [1, 2].map((number) => board.isFailing(number));
  expect(fails()).toEqual([false, false]);
  board.noteArchiving(failing);
  expect(fails()).toEqual([true, true]);
  board.note(1, { newestSegment: "05" });
  board.note(2, { newestSegment: "04" });
  expect(fails()).toEqual([false, true]);
  board.note(1, { fault: "no answer" });
  expect(fails()).toEqual([true, true]);
  board.noteArchiving(well);
  expect(fails()).toEqual([false, false]);
});

test("the only repository fails while anything waits, whatever it has", () => {
  const { board } = boardOf(1);
  board.note(1, { newestSegment: "06" });
  board.noteArchiving(failing);
  expect(board.isFailing(1)).toBe(true);
});

test("a rest ends when archiving works again, and not when it begins to fail", async () => {
  const { board } = boardOf(1);
  const { signal } = new AbortController();
  let isOver = false;
  const rest = board.rest(24 * 60 * 60_000, signal).then(() => (isOver = true));
  board.noteArchiving(well);
  board.noteArchiving(failing);
  await nextTurn();
  expect(isOver).toBe(false);
  board.noteArchiving(well);
  await rest;
});

test("a rest ends with an error when the process is told to end", async () => {
  const stop = new AbortController();
  const rest = boardOf(1).board.rest(24 * 60 * 60_000, stop.signal);
  stop.abort();
  await expect(rest).rejects.toThrow("aborted");
});

test("a report that cannot be written is logged once, and keeps nothing from being done", () => {
  const lines: string[] = [];
  let isFull = true;
  const publish = () => {
    if (isFull) throw new Error("ENOSPC: no space left on device");
  };
  const board = new Board([{ number: 1, place: "/" }], undefined, publish, (line) =>
    lines.push(line),
  );
  board.noteArchiving(well);
  board.note(1, { failure: null });
  expect(lines).toEqual(["report: Error: ENOSPC: no space left on device"]);
  isFull = false;
  board.note(1, { failure: null });
  isFull = true;
  board.note(1, { failure: null });
  expect(lines).toHaveLength(2);
});

test("a repository that had backups and has none was emptied, also while no scheduler ran", () => {
  const ended = new Date("2026-11-29T02:17:10Z");
  const lastBackup = { label: "F", start: ended, stop: ended, firstSegment: "05" };
  const emptied = { found: expect.any(String) as string, last: ended.toISOString() };
  const { board, reports } = boardOf(1, 2);
  board.noteArchiving(well);
  expect(board.note(1, { lastBackup: null })).toBe(false);
  for (const number of [1, 2]) expect(board.note(number, { lastBackup })).toBe(false);
  board.note(1, { fault: "no answer" });
  expect(board.note(1, { lastBackup: null })).toBe(true);
  expect(board.note(1, { lastBackup: null })).toBe(false);
  expect(reports.at(-1)?.repositories).toMatchObject([{ emptied }, { emptied: null }]);

  const next = continued(reports.at(-1), ...[1, 2].map((number) => ({ number, place: "/" })), {
    number: 3,
    place: "/",
  });
  next.board.noteArchiving(well);
  expect([1, 2, 3].map((number) => next.board.note(number, { lastBackup: null }))).toEqual([
    ...[false, true, false],
  ]);
  const [first, second, third] = next.reports.at(-1)?.repositories ?? [];
  expect([first, second, third]).toMatchObject([{ emptied }, { emptied }, { emptied: null }]);

  // Another repository has the number of one that was left.
  const moved = continued(reports.at(-1), { number: 2, place: "/moved" });
  expect(moved.board.note(2, { lastBackup: null })).toBe(false);
});
