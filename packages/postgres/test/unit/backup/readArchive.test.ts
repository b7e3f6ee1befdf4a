import { expect, test } from "vitest";

import { readArchive } from "../../../src/backup/pgbackrest/readArchive";
import { segmentName } from "../../../src/backup/pgbackrest/timelines";

const second = (number: number) => 1_796_000_000 + number;
const hash = "0".repeat(40);

/** A repository with two segments of timeline 2, whose history was stored at a moment. */
function repository(stored: number) {
  const files = {
    "00000002.history": { type: "file", time: second(stored) },
    [`0000000200000000/${segmentName(2, 4)}-${hash}.zst`]: { type: "file", time: second(60) },
    [`0000000200000000/${segmentName(2, 5)}-${hash}.zst`]: { type: "file", time: second(120) },
  };
  return (args: readonly string[]) => {
    const path = args.at(-1) ?? "";
    const output = args.includes("repo-get")
      ? "1\t0/4000100\tno recovery target specified\n"
      : JSON.stringify(path.endsWith("15-1") ? files : { "15-1": { type: "path" } });
    return Promise.resolve({ code: 0, output, messages: "" });
  };
}

test.each([
  { what: "as the recovery stored it", stored: 10, begun: 10 },
  { what: "not later than its WAL, though its history was stored again", stored: 900, begun: 60 },
])("a timeline has begun $what", async ({ stored, begun }) => {
  const { timelines } = await readArchive(repository(stored));

  expect(timelines).toMatchObject([
    { timeline: 2, begun: new Date(second(begun) * 1000), ancestors: new Map([[1, 0x4000100n]]) },
  ]);
});
