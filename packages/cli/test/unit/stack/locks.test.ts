import { expect, test } from "vitest";

import { judgeLock, parseLock } from "../../../src/stack/locks";

const holder = { pid: 17, hostname: "here", timestamp: "2026-01-01T00:00:00Z" };

test("a lock names the process and the machine that wrote it", () => {
  const text = '{"pid":17,"username":"root","hostname":"here","timestamp":"2026-01-01T00:00:00Z"}';

  expect(parseLock(text)).toEqual(holder);
});

test("a lock of this program has its command line too", () => {
  const command = "node db.ts restore a.dump";

  expect(parseLock(JSON.stringify({ ...holder, command }))).toEqual({ ...holder, command });
});

test.each(["", "{", "null", '{"pid":"17"}', '{"hostname":"here"}'])(
  "%j is not a complete lock",
  (text) => {
    expect(parseLock(text)).toBeUndefined();
  },
);

test.each([
  { process: "pulumi", verdict: "held" },
  { process: "program", verdict: "held" },
  { process: "gone", verdict: "abandoned" },
  { process: "stranger", verdict: "abandoned" },
] as const)("the lock of a process that is now $process is $verdict", ({ process, verdict }) => {
  expect(judgeLock({ holder, age: 0 }, "here", () => process)).toBe(verdict);
});

test("the state of a process on another machine is unknown", () => {
  const lookAt = () => {
    throw new Error("looked");
  };

  expect(judgeLock({ holder, age: 0 }, "there", lookAt)).toBe("unclear");
});

test("a lock that is being written is held, an abandoned half-written one is not", () => {
  expect(judgeLock({ holder: undefined, age: 100 }, "here", () => "gone")).toBe("held");
  expect(judgeLock({ holder: undefined, age: 60_000 }, "here", () => "gone")).toBe("abandoned");
});
