import { expect, test } from "vitest";

import { nextDue, nextType } from "../../../../src/backup/scheduler/takeBackups";

const now = new Date("2026-11-30T12:00:00Z");
const schedule = "17 2 * * *";
const at = (start: string, type: "full" | "incremental" = "incremental") => ({
  ...{ start: new Date(start), type },
});
const ahead = at("2030-01-01T02:17:00Z", "full");

test.each([
  { what: "no backup", backups: [], due: now },
  { what: "today's", backups: [at("2026-11-30T02:17:00Z")], due: new Date("2026-12-01T02:17:00Z") },
  {
    what: "an old one",
    backups: [at("2026-11-28T02:17:00Z")],
    due: new Date("2026-11-29T02:17:00Z"),
  },
  { what: "only one that is dated ahead", backups: [ahead], due: now },
  {
    what: "today's, and one that is dated ahead",
    backups: [at("2026-11-30T02:17:00Z"), ahead],
    due: new Date("2026-12-01T02:17:00Z"),
  },
])("with $what, the next backup is due at $due", ({ backups, due }) => {
  expect(nextDue(backups, schedule, now)).toEqual(due);
});

test.each([
  { what: "a full one of this week", backups: [at("2026-11-25T02:17:00Z", "full")], type: "incr" },
  { what: "a full one of last week", backups: [at("2026-11-20T02:17:00Z", "full")], type: "full" },
  { what: "a full one that is dated ahead", backups: [ahead], type: "full" },
])("after $what, the next backup is $type", ({ backups, type }) => {
  expect(nextType(backups, now)).toBe(type);
});
