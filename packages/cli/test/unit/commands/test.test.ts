import { expect, test } from "vitest";

import type { EngineAnswer } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { chooseTests } from "../../../src/commands/test";

const there: EngineAnswer = { answers: true, url: "unix:///s", version: "27", apiVersion: "1.47" };
const missing: EngineAnswer = {
  answers: false,
  reason: "nothing listens",
  remedy: "Start Docker.",
};

test.each([
  { args: [], answer: there, chosen: [] },
  { args: ["-t", "roles"], answer: there, chosen: ["-t", "roles"] },
  { args: [], answer: missing, chosen: ["--project=!docker*"] },
  { args: ["convergence"], answer: missing, chosen: ["--project=!docker*", "convergence"] },
])("with $args and $answer vitest gets $chosen", async ({ args, answer, chosen }) => {
  expect(await chooseTests(args, undefined, () => Promise.resolve(answer))).toMatchObject({
    args: chosen,
  });
});

test("says what is skipped, why, and how to run it", async () => {
  const { remark } = await chooseTests([], "", () => Promise.resolve(missing));

  expect(remark).toBe(
    "Docker tests are skipped: nothing listens.\nTo run them: Start Docker. HOSTERIZER_DOCKER=required makes this a failure.",
  );
});

test.each([
  [["--project", "unit"]],
  [["--project=docker"]],
  [["test/docker/plugin/network.test.ts"]],
  [["/clone/test/docker"]],
])("needs no engine if %o selects the tests", async (args) => {
  const ask = () => Promise.reject(new Error("asked"));

  expect(await chooseTests(args, "required", ask)).toEqual({ args });
});

test("if the engine is required, fails with the reason", async () => {
  const choice = chooseTests([], "required", () => Promise.resolve(missing));

  await expect(choice).rejects.toThrow(
    'HOSTERIZER_DOCKER is "required", but nothing listens.\nStart Docker.',
  );
});

test("refuses an unknown value", async () => {
  const choice = chooseTests([], "yes", () => Promise.resolve(there));

  await expect(choice).rejects.toThrow('HOSTERIZER_DOCKER: "yes" is not a known value.');
});
