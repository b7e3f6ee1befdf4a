import { spawnSync } from "node:child_process";

import { afterEach, expect, test, vi } from "vitest";

import { npmCommand, shellWord, environmentForStack } from "../../src/npmCommand";

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ["npm run up", npmCommand("up", [], "local")],
  ["npm run up -- --stack dev", npmCommand("up", [], "dev")],
  ["npm run -s drift -- --json", npmCommand("-s drift", ["--json"], "local")],
  ["npm run db -- verify --stack dev --json", npmCommand("db -- verify", ["--json"], "dev")],
])("%s", (expected, command) => {
  expect(command).toBe(expected);
});

test("a message names the current stack", () => {
  expect(npmCommand("up")).toBe("npm run up");
  vi.stubEnv("HOSTERIZER_STACK", environmentForStack("prod")["HOSTERIZER_STACK"]);
  expect(npmCommand("up")).toBe("npm run up -- --stack prod");
});

test.each(['column public.sites."$(id)"', "it's `here`", "a\\b $HOME !"])(
  "a shell reads %s as one word",
  (text) => {
    const { stdout } = spawnSync("sh", ["-c", `printf %s ${shellWord(text)}`], {
      encoding: "utf8",
    });
    expect(stdout).toBe(text);
  },
);
