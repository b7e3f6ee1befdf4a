import { expect, test } from "vitest";

import { readBackupList } from "../../../src/backup/pgbackrest/backupList";
import {
  historyFiles,
  segmentName,
  segmentsIn,
  stretchesOf,
} from "../../../src/backup/pgbackrest/timelines";

const status = (code: number, message: string) => ({ code, message });

/** As pgBackRest 2.45 prints it, without what is not read. */
const info = {
  name: "hosterizer",
  repo: [
    { key: 1, status: status(0, "ok") },
    { key: 2, status: status(99, "[CryptoError] unable to flush") },
    { key: 3, status: status(1, "missing stanza path") },
    { key: 4, status: status(2, "no valid backups") },
  ],
  archive: [
    { database: { id: 1, "repo-key": 1 }, min: "000000010000000000000001", max: null },
    {
      database: { id: 2, "repo-key": 1 },
      min: "000000010000000000000003",
      max: "00000002000000000000000A",
    },
  ],
  backup: [
    {
      label: "20261130-055030F",
      type: "full",
      error: true,
      database: { id: 2, "repo-key": 1 },
      timestamp: { start: 1796017830, stop: 1796017831 },
      archive: { start: "000000010000000000000003", stop: "000000010000000000000003" },
      lsn: { start: "0/3000028", stop: "0/3094F78" },
      info: { size: 31504981, repository: { delta: 3833200 } },
    },
  ],
  status: status(4, "different across repos"),
};

test("each repository has its own backups, segments and faults", () => {
  const read = readBackupList(JSON.stringify([info]), [1, 2, 3, 4, 5]);
  expect(read).toEqual([
    {
      repository: 1,
      fault: undefined,
      exists: true,
      backups: [
        {
          label: "20261130-055030F",
          repository: 1,
          type: "full",
          start: new Date("2026-11-30T05:50:30Z"),
          stop: new Date("2026-11-30T05:50:31Z"),
          stopLsn: "0/3094F78",
          firstSegment: "000000010000000000000003",
          timeline: 1,
          size: 31504981,
          added: 3833200,
          faulty: true,
        },
      ],
      segments: { first: "000000010000000000000003", last: "00000002000000000000000A" },
    },
    { ...empty(2), fault: "[CryptoError] unable to flush", exists: true },
    { ...empty(3), exists: false },
    { ...empty(4), exists: true },
    { ...empty(5), exists: false },
  ]);
});

function empty(repository: number) {
  return {
    ...{ repository, fault: undefined, systemId: undefined },
    ...{ backups: [], segments: undefined },
  };
}

test("a message with a line break is read as pgBackRest prints it", () => {
  const json = JSON.stringify([info]).replace(
    "unable to flush",
    "unable to flush\nHINT:\u0011is it encrypted?",
  );
  expect(readBackupList(json, [2])[0]?.fault).toBe(
    "[CryptoError] unable to flush HINT: is it encrypted?",
  );
});

test("a stanza that nothing has been stored in has nothing", () => {
  expect(readBackupList("[]", [1])).toEqual([{ ...empty(1), exists: false }]);
});

const hash = "7".repeat(40);
const file = (time: number) => ({ type: "file", time }) as const;

test("a listing of an archive names the histories of timelines", () => {
  const archive = {
    ".": { type: "path" },
    "0000000100000000": { type: "path" },
    "00000002.history": file(1796017830),
    [`0000000200000000/000000020000000000000001-${hash}.zst`]: file(1),
  } as const;
  expect(historyFiles(archive)).toEqual([
    { name: "00000002.history", timeline: 2, begun: new Date("2026-11-30T05:50:30Z") },
  ]);
});

test("a segment is neither a label of a backup nor a part of a segment", () => {
  const listing = {
    "0000000100000000": { type: "path" },
    [`0000000100000000/000000010000000000000005-${hash}.zst`]: file(1796017830),
    [`0000000100000000/000000010000000000000004-${hash}`]: file(1),
    "0000000100000000/000000010000000000000006.00000028.backup": file(3),
    [`0000000100000000/000000010000000000000007.partial-${hash}.zst`]: file(4),
  } as const;
  expect(segmentsIn(listing)).toEqual([
    { name: "000000010000000000000004", archived: new Date(1000), size: 0 },
    { name: "000000010000000000000005", archived: new Date("2026-11-30T05:50:30Z"), size: 0 },
  ]);
});

test("segments without one missing between them are one stretch, across the end of a log file", () => {
  const segments = [0xfe, 0xff, 0x100, 0x102].map((index) => ({
    ...{ name: segmentName(1, index), archived: new Date(index * 1000), size: 1 },
  }));
  expect(segments[2]?.name).toBe("000000010000000100000000");
  expect(stretchesOf(segments)).toEqual([
    { first: segmentName(1, 0xfe), last: segmentName(1, 0x100), until: new Date(0x100 * 1000) },
    { first: segmentName(1, 0x102), last: segmentName(1, 0x102), until: new Date(0x102 * 1000) },
  ]);
  expect(stretchesOf([])).toEqual([]);
});
