import { expect, test } from "vitest";

import { dockerTests } from "../../src/dockerTests";
import type { EngineAnswer } from "../../src/engineAnswers";

const there: EngineAnswer = { answers: true, url: "unix:///s", version: "27", apiVersion: "1.47" };
const missing: EngineAnswer = { answers: false, reason: "nobody listens", remedy: "Start Docker." };

test.each([
  { args: [], answer: there, chosen: [] },
  { args: ["-t", "roles"], answer: there, chosen: ["-t", "roles"] },
  { args: [], answer: missing, chosen: ["--project=!docker*"] },
  { args: ["convergence"], answer: missing, chosen: ["--project=!docker*", "convergence"] },
])("with $args and $answer vitest gets $chosen", async ({ args, answer, chosen }) => {
  expect(await dockerTests(args, undefined, () => Promise.resolve(answer))).toMatchObject({
    args: chosen,
  });
});

test("says what is skipped, why, and how to have it", async () => {
  const { remark } = await dockerTests([], "", () => Promise.resolve(missing));

  expect(remark).toBe(
    "Docker tests are skipped: nobody listens.\nTo run them: Start Docker. HOSTERIZER_DOCKER=required makes this a failure.",
  );
});

test.each([
  [["--project", "unit"]],
  [["--project=docker"]],
  [["test/docker/plugin/network.test.ts"]],
  [["/clone/test/docker"]],
])("asks for no engine where %o says what to run", async (args) => {
  const ask = () => Promise.reject(new Error("asked"));

  expect(await dockerTests(args, "required", ask)).toEqual({ args });
});

test("fails with the reason where the engine is required", async () => {
  const choice = dockerTests([], "required", () => Promise.resolve(missing));

  await expect(choice).rejects.toThrow(
    'HOSTERIZER_DOCKER is "required", but nobody listens.\nStart Docker.',
  );
});

test("refuses a wish that it does not know", async () => {
  const choice = dockerTests([], "yes", () => Promise.resolve(there));

  await expect(choice).rejects.toThrow('HOSTERIZER_DOCKER: "yes" is not known.');
});
