import { expect, test } from "vitest";

import {
  lastEnd,
  readLastTransaction,
  type ScriptRun,
} from "../../../src/backup/pgbackrest/lastTransaction";

const record = (what: string) =>
  `rmgr: Transaction len (rec/tot):     34/    34, tx:        740, lsn: 0/05000028, prev 0/04FFFF10, desc: ${what}\n`;
const early = record("COMMIT 2026-11-28 13:12:47.250000 UTC");
const late = record("ABORT 2026-11-28 13:12:48.500000 UTC; rels: base/5/16384");

test("the last transaction is the one that ended last, however it ended", () => {
  expect(lastEnd(late + early)).toEqual(new Date("2026-11-28T13:12:48.500Z"));
  expect(lastEnd(record("COMMIT_PREPARED 7f 2026-11-28 13:12:47 UTC"))).toEqual(
    new Date("2026-11-28T13:12:47Z"),
  );
  expect(lastEnd(record("ASSIGNMENT xtop 740: subxacts: 741"))).toBeUndefined();
});

/** Stands in for the container: the segments that it has, with what pg_waldump prints of them. */
function holding(segments: Readonly<Record<string, string>>): ScriptRun {
  return (_script, environment) => {
    const name = environment.find((each) => each.startsWith("SEGMENT="))?.slice(8) ?? "";
    const output = segments[name];
    return Promise.resolve(output === undefined ? { code: 1, output: "" } : { code: 0, output });
  };
}

test("where the last segment has no transaction, the ones before are looked at", async () => {
  const segments = {
    "0000000100000000000000FF": early,
    "000000010000000100000000": "",
    "000000010000000100000001": "",
  };
  const look = (first: string, known: Record<string, string> = segments) => {
    const stretch = { first, last: "000000010000000100000001", until: new Date(0) };
    return readLastTransaction(holding(known), "hosterizer", 1, stretch);
  };
  expect(await look("000000010000000000000001")).toEqual(new Date("2026-11-28T13:12:47.250Z"));
  expect(await look("000000010000000100000000")).toBeUndefined();
  expect(await look("000000010000000000000001", {})).toBeUndefined();
});
