import { setImmediate as nextTurn } from "node:timers/promises";

import { expect, test } from "vitest";

import { inTurn } from "../../../src/backup/scheduler/inTurn";

test("one write begins when the one before has ended, also with an error", async () => {
  const events: string[] = [];
  const write = (name: string, error?: Error) =>
    inTurn(async () => {
      events.push(`${name} begins`);
      await nextTurn();
      events.push(`${name} ends`);
      if (error !== undefined) throw error;
      return name;
    });
  const runs = await Promise.allSettled([write("first", new Error("locked")), write("second")]);

  expect(events).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  expect(runs).toMatchObject([{ status: "rejected" }, { status: "fulfilled", value: "second" }]);
});
