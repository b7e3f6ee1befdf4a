import { expect, test } from "vitest";

import { judgeLock, parseLock } from "../../../src/stack/locks";

const holder = { pid: 17, hostname: "here", timestamp: "2026-01-01T00:00:00Z" };

test("a lock says which process of which machine wrote it", () => {
  const text = '{"pid":17,"username":"root","hostname":"here","timestamp":"2026-01-01T00:00:00Z"}';

  expect(parseLock(text)).toEqual(holder);
});

test.each(["", "{", "null", '{"pid":"17"}', '{"hostname":"here"}'])(
  "%j is no whole lock",
  (text) => {
    expect(parseLock(text)).toBeUndefined();
  },
);

test.each([
  { process: "pulumi", verdict: "held" },
  { process: "gone", verdict: "abandoned" },
  { process: "stranger", verdict: "abandoned" },
] as const)("the lock of a process that is $process now is $verdict", ({ process, verdict }) => {
  expect(judgeLock({ holder, age: 0 }, "here", () => process)).toBe(verdict);
});

test("nothing is known about the processes of another machine", () => {
  const lookAt = () => {
    throw new Error("looked");
  };

  expect(judgeLock({ holder, age: 0 }, "there", lookAt)).toBe("unclear");
});

test("a lock that is being written is held, one that never was written to its end is not", () => {
  expect(judgeLock({ holder: undefined, age: 100 }, "here", () => "gone")).toBe("held");
  expect(judgeLock({ holder: undefined, age: 60_000 }, "here", () => "gone")).toBe("abandoned");
});
