import { expect, test } from "vitest";

import { nextTime, scheduleFault } from "../../../src/backup/schedule";

const after = new Date("2026-11-28T02:17:00Z");

test.each([
  ["17 2 * * *", "2026-11-29T02:17:00.000Z"],
  ["*/15 * * * *", "2026-11-28T02:30:00.000Z"],
  ["0 3 * * SUN", "2026-11-29T03:00:00.000Z"],
  ["0 0 29 2 *", "2028-02-29T00:00:00.000Z"],
])("%s comes next at %s, in UTC", (expression, next) => {
  expect(scheduleFault(expression)).toBeUndefined();
  expect(nextTime(expression, after)?.toISOString()).toBe(next);
});

test.each([
  ["0 0 31 2 *", /^never comes$/],
  ["60 * * * *", /^is not a cron expression: /],
  ["daily", /^is not a cron expression: minute, hour, day, month and weekday/],
  ["0 0 3 * * *", /^is not a cron expression: minute, hour, day, month and weekday/],
  ["", /^is not a cron expression/],
])('"%s" is refused', (expression, fault) => {
  expect(scheduleFault(expression)).toMatch(fault);
});
