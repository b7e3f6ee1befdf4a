import { expect, test } from "vitest";

import {
  ArchivingJudge,
  type ServerAccount,
  type Sight,
} from "../../../../src/backup/scheduler/archiving";
import { segmentName } from "../../../../src/backup/pgbackrest/timelines";

const start = Date.UTC(2026, 10, 30, 12);
const at = (seconds: number) => start + seconds * 1000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();
const segment = (number: number) => segmentName(1, number);

/** What is seen after so many seconds. @param waiting since when each segment waits, in seconds */
const sight = (
  seconds: number,
  waiting: Readonly<Record<number, number>> = {},
  dropped: Sight["dropped"] = null,
): Sight => ({
  ...{ at: at(seconds), dropped, freeBytes: 2 ** 30 },
  waiting: Object.entries(waiting).map(([number, since]) => ({
    ...{ name: segment(Number(number)), since: at(since) },
  })),
});

const account = (known: Partial<ServerAccount> = {}): ServerAccount => ({
  ...{ lsn: "0/3000000", archived: segment(2), failing: false, ...known },
});

test("WAL that waits for a moment is no failure, and one that waits for more than a minute is", () => {
  const judge = new ArchivingJudge();
  expect(judge.judge(sight(4, { 3: 0 }), account())).toEqual({
    ...{ failingSince: null, waiting: 1, oldestWaiting: segment(3), bytesPerSecond: null },
    ...{ freeBytes: 2 ** 30, dropped: null },
  });
  expect(judge.judge(sight(75, { 4: 20, 3: 0 }), account()).failingSince).toBeNull();
  expect(judge.judge(sight(76, { 4: 20, 3: 0 }), account())).toMatchObject({
    ...{ failingSince: iso(0), waiting: 2, oldestWaiting: segment(3) },
  });
});

test("an attempt that has failed is a failure at once, as long as something waits", () => {
  const judge = new ArchivingJudge();
  expect(judge.judge(sight(6), account({ failing: true })).failingSince).toBeNull();
  const failing = judge.judge(sight(11, { 3: 5 }), account({ failing: true }));
  expect(failing.failingSince).toBe(iso(5));
  expect(judge.judge(sight(16), account()).failingSince).toBeNull();
});

test("the server is asked once a minute, and at each look while it archives slowly or fails", () => {
  const judge = new ArchivingJudge();
  expect(judge.mustAsk(sight(0))).toBe(true);
  judge.judge(sight(0), account());
  expect(judge.mustAsk(sight(59))).toBe(false);
  expect(judge.mustAsk(sight(60))).toBe(true);
  expect(judge.mustAsk(sight(9, { 3: 5 }))).toBe(false);
  expect(judge.mustAsk(sight(10, { 3: 5 }))).toBe(true);
  judge.judge(sight(10, { 3: 5 }), account({ failing: true }));
  expect(judge.mustAsk(sight(11))).toBe(true);
});

test.each([
  { what: "with WAL that waits", seen: sight(20, { 3: 5 }) },
  {
    what: "that has dropped its WAL",
    seen: sight(20, {}, { segment: segment(3), time: iso(15) }),
  },
])("a server $what and does not answer has not begun to archive again", ({ seen }) => {
  const judge = new ArchivingJudge();
  judge.judge(sight(10, { 3: 5 }), account({ failing: true }));
  expect(judge.judge(seen).failingSince).toBe(iso(5));
});

test("a server that has archived everything before it stopped has begun to archive again", () => {
  const judge = new ArchivingJudge();
  judge.judge(sight(10, { 3: 5 }), account({ failing: true }));
  expect(judge.judge(sight(20)).failingSince).toBeNull();
});

test("what is dropped counts as not archived, since archiving began to fail", () => {
  const judge = new ArchivingJudge();
  judge.judge(sight(10, { 3: 5 }), account({ failing: true }));
  const dropped = { segment: segment(3), time: iso(100) };
  const dropping = account({ archived: segment(3) });
  const found = judge.judge(sight(101, { 4: 90 }, dropped), dropping);
  expect(found).toMatchObject({ failingSince: iso(5), dropped, oldestWaiting: segment(4) });
  const archived = account({ archived: segment(4) });
  expect(judge.judge(sight(120, {}, dropped), archived).failingSince).toBeNull();
});

test("a server that archives, but slower than it writes, lacks only what waits", () => {
  const judge = new ArchivingJudge();
  judge.judge(sight(100, { 3: 0 }), account());
  const archived = account({ archived: segment(3) });
  expect(judge.judge(sight(200, { 4: 100 }), archived).failingSince).toBe(iso(100));
});

test("a history, and the file of a backup, wait without being segments", () => {
  const files = ["00000002.history", `${segment(3)}.00000028.backup`, segment(4)];
  const waiting = files.map((name) => ({ name, since: at(0) }));
  expect(new ArchivingJudge().judge({ ...sight(1), waiting }, account())).toMatchObject({
    ...{ waiting: 1, oldestWaiting: segment(4) },
  });
});

test("the rate of WAL is that of the last hour, and unknown before a minute has passed", () => {
  const judge = new ArchivingJudge();
  const rateAt = (seconds: number, lsn: string) =>
    judge.judge(sight(seconds), account({ lsn })).bytesPerSecond;
  expect(rateAt(0, "0/1000000")).toBeNull();
  expect(rateAt(59, "0/2000000")).toBeNull();
  expect(rateAt(64, "0/3000000")).toBe(2 ** 25 / 64);
  // The first two samples are older than an hour.
  expect(rateAt(3664, "0/4000000")).toBe(2 ** 24 / 3600);
  // A recovery has taken the server back.
  expect(rateAt(3724, "0/2000000")).toBeNull();
});
