import { expect, test } from "vitest";

import { type BackupReport, readReport } from "@hosterizer/postgres/backup/backupReport";
import { backupWarnings, hasJustStarted } from "../../../src/dockerStack/backupWarnings";

const at = (clock: string) => `2026-11-30T${clock}.000Z`;
const now = new Date(at("12:00:00")).getTime();
const declared = {
  ...{ repositories: [{ type: "volume" as const, number: 1, path: "/", key: 1 }], retention: 14 },
  ...{ schedule: "17 2 * * *", drillSchedule: "17 4 * * SUN", whenArchivingFails: "keep" as const },
  lossShare: 0.1,
};
const backup = {
  ...{ label: "20261130-021700F", firstSegment: "000000010000000000000003" },
  ...{ start: new Date(at("02:17:00")), stop: new Date(at("02:17:10")) },
};
const repository = {
  ...{ repository: 1, fault: null, lastBackup: backup, failure: null, gaps: [] },
  ...{ archiveRead: at("11:59:50"), newestSegment: "000000010000000000000009" },
  ...{ place: "/", emptied: null },
};
const healthy: BackupReport = {
  time: at("11:59:58"),
  archiving: {
    ...{ failingSince: null, waiting: 0, bytesPerSecond: 2 ** 20, freeBytes: 36 * 2 ** 30 },
    ...{ oldestWaiting: null, dropped: null },
  },
  repositories: [repository],
};
const failing = {
  ...healthy,
  archiving: { ...healthy.archiving, failingSince: at("11:40:00"), waiting: 50 },
};
const gapFrom = (clock: string) => ({
  ...{ timeline: 1, from: new Date(at(clock)) },
  firstSegment: "000000010000000000000005",
  lastSegment: "000000010000000000000006",
});
const warningsOf = (
  report: BackupReport,
  whenArchivingFails: typeof declared.whenArchivingFails | { dropBeyond: number } = "keep",
  isNew = false,
) =>
  // As it comes from its file.
  backupWarnings(
    readReport(JSON.stringify(report)),
    { name: "dev-backup", isNew },
    { ...declared, whenArchivingFails },
    now,
  );

test("nothing is told of backups that are well", () => {
  expect(warningsOf(healthy)).toEqual([]);
});

test("while archiving fails, the hours of disk are told, or that they are unknown", () => {
  const begin =
    "No WAL has been archived for 20 min; 800 MB wait. What was written since cannot be recovered. ";
  const full = "The server keeps the WAL until its disk is full, ";
  const archiving = (known: Partial<BackupReport["archiving"]>) =>
    warningsOf({ ...failing, archiving: { ...failing.archiving, ...known } });

  expect(warningsOf(failing)).toEqual([
    `${begin}${full}in 10 h 14 min: with 36 GB free, at 1.0 MB of WAL a second.`,
  ]);
  expect(archiving({ bytesPerSecond: null })).toEqual([
    `${begin}${full}with 36 GB free, in an unknown time.`,
  ]);
  expect(archiving({ bytesPerSecond: 0 })).toEqual([
    `${begin}${full}with 36 GB free; it writes none now.`,
  ]);
  expect(archiving({ freeBytes: null })).toEqual([
    `${begin}${full}and how much is free is unknown.`,
  ]);
  expect(warningsOf(failing, { dropBeyond: 10_240 })).toEqual([
    `${begin}Beyond 10 GB the server drops it.`,
  ]);
});

test("while one of two repositories fails, what the other one has counts as recoverable", () => {
  const waitingFrom = (oldestWaiting: string) => ({
    ...failing,
    archiving: { ...failing.archiving, oldestWaiting },
    repositories: [repository, { ...repository, repository: 2, newestSegment: null }],
  });
  expect(warningsOf(waitingFrom("000000010000000000000009"))[0]).toMatch(
    /^No WAL has been archived into repository 2 of the backups for 20 min; 800 MB wait\. What was written since can be recovered from repository 1 alone\. The server keeps/,
  );
  const unknown = waitingFrom("00000001000000000000000A");
  const neither = /^No WAL has been archived for 20 min; .* What was written since cannot be/;
  expect(warningsOf(unknown)[0]).toMatch(neither);
  // Both get it, but later than the server writes it.
  const late = waitingFrom("000000010000000000000009");
  const [one, two] = late.repositories;
  if (one === undefined || two === undefined) throw new Error("there are two");
  const faulty = { ...unknown, repositories: [{ ...one, fault: "no" }, two] };
  expect(warningsOf(faulty)[0]).toMatch(neither);
  const repositories = [one, { ...two, newestSegment: one.newestSegment }];
  expect(warningsOf({ ...late, repositories })[0]).toMatch(neither);
});

test("dropped WAL is told until the archive was read after that, or a backup follows", () => {
  const dropped = { segment: "000000010000000000000005", time: at("11:00:00") };
  const unread = { ...repository, archiveRead: at("10:59:59") };
  const told = (...repositories: (typeof repository)[]) =>
    warningsOf({ ...healthy, archiving: { ...healthy.archiving, dropped }, repositories });
  expect(told(unread)).toEqual([
    `The server has dropped WAL that could not be archived, last 000000010000000000000005 at 2026-11-30 11:00:00+00: those moments are lost, and none after them can be recovered until the next backup.`,
  ]);
  const followed = {
    ...unread,
    lastBackup: { ...backup, firstSegment: "000000010000000000000007" },
  };
  expect(told(followed)).toEqual([]);
  expect(told(repository)).toEqual([]);
});

test("of dropped WAL, each repository is told to lack what it lacks", () => {
  const dropped = { segment: "000000010000000000000006", time: at("11:00:00") };
  const lacking = {
    ...{ ...repository, repository: 2, fault: "[HostConnectError] no" },
    gaps: [{ ...gapFrom("10:00:00"), until: null }],
  };
  const told = (second: BackupReport["repositories"][number]) =>
    warningsOf({
      ...{ ...healthy, archiving: { ...healthy.archiving, dropped } },
      repositories: [repository, second],
    });
  expect(told(lacking)).toEqual([
    "Repository 2 of the backups: [HostConnectError] no.",
    "Repository 2 of the backups lacks WAL: no moment from 2026-11-30 10:00:00+00 to the next backup can be recovered.",
  ]);
  expect(told({ ...lacking, gaps: [], archiveRead: null })).toEqual([
    "The server has dropped WAL that could not be archived into every repository, last 000000010000000000000006 at 2026-11-30 11:00:00+00. What repository 2 lacks of it is not known yet.",
    "Repository 2 of the backups: [HostConnectError] no.",
  ]);
});

test("a gap is told until a backup follows, and for a day after", () => {
  const withGap = (until: Date | null) =>
    warningsOf({
      ...{
        ...healthy,
        repositories: [{ ...repository, gaps: [{ ...gapFrom("10:00:00"), until }] }],
      },
    });
  expect(withGap(null)).toEqual([
    "Repository 1 of the backups lacks WAL: no moment from 2026-11-30 10:00:00+00 to the next backup can be recovered.",
  ]);
  expect(withGap(new Date(at("10:05:00")))).toEqual([
    "Repository 1 of the backups lacks WAL: no moment from 2026-11-30 10:00:00+00 to 2026-11-30 10:05:00+00 can be recovered.",
  ]);
  expect(withGap(new Date("2026-11-29T11:59:59Z"))).toEqual([]);
});

test("a repository that was emptied is told until a backup follows, and for a day after", () => {
  const told = (found: string, known: Partial<BackupReport["repositories"][number]> = {}) => {
    const emptied = { found, last: "2026-11-29T02:17:00.000Z" };
    return warningsOf({ ...healthy, repositories: [{ ...repository, ...known, emptied }] });
  };
  const yesterday = "2026-11-29T11:59:59.000Z";
  const words = (found: string) =>
    `Repository 1 of the backups was emptied: at ${found} all its backups were gone, the last of 2026-11-29 02:17:00+00. ` +
    "No moment before the next backup can be recovered from it.";
  expect(told(at("11:00:00"))).toEqual([words("2026-11-30 11:00:00+00")]);
  expect(told(yesterday)).toEqual([]);
  expect(told(yesterday, { lastBackup: null })).toEqual([words("2026-11-29 11:59:59+00")]);
  expect(told(at("11:00:00"), { lastBackup: null, failure: "no" })).toEqual([
    words("2026-11-30 11:00:00+00"),
    "Repository 1 of the backups has no backup yet: no.",
  ]);
});

test("no backup, and one that is a day late, are told with the reason", () => {
  const failure = "no backup was taken (ERROR: [082]: WAL segment was not archived)\nHINT: check";
  expect(warningsOf({ ...healthy, repositories: [{ ...repository, lastBackup: null }] })).toEqual([
    "Repository 1 of the backups has no backup yet.",
  ]);
  const late = {
    ...{
      ...backup,
      start: new Date("2026-11-28T02:17:00Z"),
      stop: new Date("2026-11-28T02:18:00Z"),
    },
  };
  expect(
    warningsOf({ ...healthy, repositories: [{ ...repository, failure, lastBackup: late }] }),
  ).toEqual([
    "Repository 1 of the backups has had no backup for 2 d 9 h, although one was due: no backup was taken (ERROR: [082]: WAL segment was not archived).",
  ]);
  const yesterday = { ...late, start: new Date("2026-11-29T02:17:00Z") };
  expect(
    warningsOf({ ...healthy, repositories: [{ ...repository, lastBackup: yesterday }] }),
  ).toEqual([]);
});

test("a backup and a report that are dated ahead are told", () => {
  const lastBackup = {
    ...{ ...backup, label: "20300101-021700F" },
    ...{ start: new Date("2030-01-01T02:17:00Z"), stop: new Date("2030-01-01T02:17:10Z") },
  };
  expect(warningsOf({ ...healthy, repositories: [{ ...repository, lastBackup }] })).toEqual([
    "Repository 1 of the backups: the last backup, 20300101-021700F, is dated 2030-01-01 02:17:00+00, which is still to come. " +
      "A clock was ahead, and pgBackRest takes no other until then.",
  ]);
  expect(warningsOf({ ...healthy, time: "2026-11-30T12:01:00.000Z" })).toEqual([]);
  expect(warningsOf({ ...healthy, time: "2026-11-30T12:02:00.000Z" })).toEqual([
    "The container dev-backup, which takes the backups, has last reported at 2026-11-30 12:02:00+00, which is still to come: a clock is wrong, and whether it works is unknown.",
  ]);
});

test("a repository that cannot be read, and a container that is silent, are told", () => {
  expect(
    warningsOf({
      ...healthy,
      repositories: [{ ...repository, fault: "[FileOpenError] no:\nHINT" }],
    }),
  ).toEqual(["Repository 1 of the backups: [FileOpenError] no."]);
  expect(warningsOf({ ...failing, time: at("11:54:00") })).toEqual([
    "The container dev-backup, which takes the backups, has not reported for 6 min: nothing is backed up.",
  ]);
});

test("a container that has just been started has had no time to report, or to take a backup", () => {
  const none = (isNew: boolean) =>
    backupWarnings(null, { name: "dev-backup", isNew }, declared, now);
  expect(none(true)).toEqual([]);
  expect(none(false)).toEqual([
    "The container dev-backup, which takes the backups, has not reported yet: nothing is backed up.",
  ]);
  const first = { ...repository, lastBackup: null };
  const told = (report: Partial<BackupReport>) =>
    warningsOf({ ...healthy, ...report }, "keep", true);
  expect(told({ time: at("11:00:00") })).toEqual([]);
  expect(told({ repositories: [first] })).toEqual([]);
  expect(told({ repositories: [{ ...first, failure: "no" }] })).toHaveLength(1);
  expect(told({ repositories: [{ ...first, fault: "no" }] })).toHaveLength(1);
  expect(told({ archiving: failing.archiving })).toHaveLength(1);
});

test.each([
  { started: "11:59:10", restarts: 0, isNew: true },
  { started: "11:58:59", restarts: 0, isNew: false },
  // It ends again and again.
  { started: "11:59:10", restarts: 1, isNew: false },
])("with $restarts restarts, one that was started at $started is new: $isNew", (container) => {
  const { started, restarts: RestartCount, isNew } = container;
  expect(hasJustStarted({ RestartCount, State: { StartedAt: at(started) } }, now)).toBe(isNew);
});
