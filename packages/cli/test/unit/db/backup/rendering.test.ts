import { expect, test } from "vitest";

import type { DrillRecord } from "@hosterizer/postgres/backup/drill/drillRecord";
import { type ListedRepository, renderRepository } from "../../../../src/db/backup/backups";
import { drillFigures } from "../../../../src/db/backup/drillFigures";
import { renderDrill } from "../../../../src/db/backup/restoreDrill";
import { paint } from "../../../../src/db/screen/terminal";

const style = paint(false);
const at = (clock: string) => new Date(`2026-11-30T${clock}Z`);
const sound: DrillRecord = {
  ...{ time: "2026-11-30T05:40:00.000Z", repository: 1, faults: [], seconds: 4.41 },
  recoveries: [
    {
      ...{ target: "latest", backup: "20261130-051706F", restoreSeconds: 2.1, lossSeconds: 19 },
      ...{ rows: { "public.sites": 4, "public.customers": 6 }, faults: [] },
    },
  ],
};
const failed: DrillRecord = {
  ...sound,
  faults: ["the archive lacks the WAL segment 000000010000000000000007"],
  recoveries: sound.recoveries.map((recovery) => ({
    ...recovery,
    ...{ target: "2026-11-30T05:20:00.000Z", lossSeconds: null, rows: {} },
    faults: ["the server ended during recovery: FATAL"],
  })),
};
const listed: ListedRepository = {
  ...{ repository: 1, place: "hosterizer-dev-backup", fault: null, drill: null },
  ...{ restorePoints: [], gaps: [] },
  backups: [
    {
      ...{ label: "20261130-051706F", repository: 1, type: "full", size: 30_000_000 },
      ...{ added: 3_800_000, faulty: false, start: at("05:17:06"), stop: at("05:17:10") },
      ...{ stopLsn: "0/3094F78", firstSegment: "000000010000000000000003", timeline: 1 },
    },
  ],
  ranges: [{ timeline: 1, from: at("05:17:10"), until: at("05:20:34") }],
};
const now = at("05:50:10").getTime();

test("a repository shows its backups, what can be recovered, and that no drill has proven it", () => {
  expect(renderRepository(listed, style, 100, now)).toBe(
    [
      "Repository 1: hosterizer-dev-backup",
      "  Backup            Type     Age  Database   Added",
      "  20261130-051706F  full  33 min     29 MB  3.6 MB",
      "Any moment of",
      "  2026-11-30 05:17:10+00 to 2026-11-30 05:20:34+00",
      "Last drill",
      "  none yet: nothing proves that this restores",
      "",
    ].join("\n"),
  );
});

test("several timelines are told apart, and restore points and the last drill are named", () => {
  const ranges = [1, 2].flatMap((timeline) =>
    listed.ranges.map((range) => ({ ...range, timeline })),
  );
  const more = {
    ...{ ...listed, ranges, drill: sound },
    restorePoints: [{ name: "before", lsn: "0/1", timeline: 1, time: "2026-11-30T05:18Z" }],
  };
  const shown = renderRepository(more, style, 100, now);
  expect(shown).toContain(
    "05:20:34+00, timeline 2\nRestore points\n  before, of 2026-11-30T05:18Z\n",
  );
  expect(shown).toContain(
    "Last drill\n  10 min 10 s ago, restored 20261130-051706F in 2.1 s; 19 s would have been lost\n",
  );
  expect(renderRepository({ ...listed, drill: failed }, style, 100, now)).toContain(
    "  10 min 10 s ago, failed: the archive lacks the WAL segment 000000010000000000000007; the server ended",
  );
});

test("what is lost because WAL is missing is named", () => {
  const gap = {
    ...{ timeline: 1, firstSegment: "000000010000000000000007" },
    ...{ lastSegment: "000000010000000000000009", from: at("05:20:34"), until: at("05:24:10") },
  };
  const next = { timeline: 1, from: at("05:24:10"), until: at("05:40:00") };
  const cut = { ...listed, ranges: [...listed.ranges, next], gaps: [gap] };
  expect(renderRepository(cut, style, 100, now)).toContain(
    [
      "Any moment of",
      "  2026-11-30 05:17:10+00 to 2026-11-30 05:20:34+00",
      "  2026-11-30 05:24:10+00 to 2026-11-30 05:40:00+00",
      "Lost, because WAL is missing",
      "  2026-11-30 05:20:34+00 to 2026-11-30 05:24:10+00",
      "",
    ].join("\n"),
  );
});

test("a faulty and an empty repository say so", () => {
  expect(renderRepository({ ...listed, fault: "unreadable" }, style, 100, now)).toBe(
    "Repository 1: hosterizer-dev-backup\n  unreadable\n",
  );
  expect(renderRepository({ ...listed, backups: [] }, style, 100, now)).toBe(
    "Repository 1: hosterizer-dev-backup\n  It has no backup yet.\n",
  );
});

test("a drill of a dump loses nothing, and one of a copy took a time that is not known here", () => {
  const dump = (restoreSeconds: number | null): DrillRecord => ({
    ...{ ...sound, repository: null },
    recoveries: sound.recoveries.map((recovery) => ({
      ...{ ...recovery, restoreSeconds, lossSeconds: null, backup: "a dump" },
    })),
  });
  expect(drillFigures(dump(2.1), now)).toBe("10 min 10 s ago, restored a dump in 2.1 s");
  expect(drillFigures(dump(null), now)).toBe("10 min 10 s ago, restored a dump");
  expect(renderDrill(dump(null), style)).toBe(
    "The server restores. The drill took 4.4 s.\n  the latest state from a dump: 10 tenant rows\n",
  );
});

test("a drill shows what it recovered and how long that took, or each fault", () => {
  expect(renderDrill(sound, style)).toBe(
    "Repository 1 restores. The drill took 4.4 s.\n" +
      "  the latest state from 20261130-051706F: 2.1 s, last transaction 19 s before, 10 tenant rows\n",
  );
  expect(renderDrill(failed, style)).toBe(
    "Repository 1 does not restore as it should.\n" +
      "  the archive lacks the WAL segment 000000010000000000000007\n" +
      "  2026-11-30T05:20:00.000Z from 20261130-051706F: 2.1 s\n" +
      "    the server ended during recovery: FATAL\n",
  );
});
