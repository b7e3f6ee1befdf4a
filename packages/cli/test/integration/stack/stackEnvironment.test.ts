import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The toolchain's lazy modules are loaded by tsx, as the commands do.
import "tsx/cjs";
import { afterAll, beforeAll, expect, test } from "vitest";

import { engineForPlugin } from "../../../src/stack/stackEnvironment";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "hosterizer-context-"));
  for (const [stack, instance] of [
    ["dev", "docker"],
    ["local", "embedded"],
  ] as const) {
    const text = `config:\n  hosterizer-database:instance: ${instance}\n# not docker\n`;
    await writeFile(join(directory, `Pulumi.${stack}.yaml`), text);
  }
  const meta = join(
    directory,
    "contexts",
    "meta",
    createHash("sha256").update("far").digest("hex"),
  );
  await mkdir(meta, { recursive: true });
  const context = { Name: "far", Endpoints: { docker: { Host: "ssh://me@far" } } };
  await writeFile(join(meta, "meta.json"), JSON.stringify(context));
});

afterAll(() => rm(directory, { recursive: true }));

function given(stack: string, environment: NodeJS.ProcessEnv) {
  const file = join(directory, `Pulumi.${stack}.yaml`);
  return engineForPlugin(stack, {
    PULUMI_OPTION_CONFIG_FILE: file,
    DOCKER_CONFIG: directory,
    ...environment,
  });
}

test("the plugin uses the engine of the Docker client's context", () => {
  expect(given("dev", { DOCKER_CONTEXT: "far" })).toEqual({ DOCKER_HOST: "ssh://me@far" });
});

test.each([
  ["that DOCKER_HOST names", { DOCKER_HOST: "tcp://near:2375", DOCKER_CONTEXT: "far" }],
  ["at Docker's usual socket", {}],
])("the plugin itself finds an engine %s", (_where, environment) => {
  expect(given("dev", environment)).toEqual({});
});

test("a stack without Docker needs no engine", () => {
  expect(given("local", { DOCKER_CONTEXT: "gone" })).toEqual({});
});

test("a context that does not exist is named", () => {
  expect(() => given("dev", { DOCKER_CONTEXT: "gone" })).toThrow(/gone/);
});
