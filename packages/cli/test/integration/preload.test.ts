import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

/** Runs a script as Pulumi runs its Node.js processes. */
function run(script: string) {
  const args = [
    "--require",
    "./packages/cli/preload.cjs",
    "--max-old-space-size=256",
    "-e",
    script,
  ];
  return spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
}

test("Pulumi's SDK starts without the compiler and the resolver, and loads them on demand", () => {
  const { stdout, stderr } = run(`
    require("@pulumi/pulumi");
    const loaded = () => Object.keys(require.cache).some((file) => /node_modules.typescript.lib/.test(file));
    const before = loaded();
    const { version } = require("@pulumi/pulumi/typescript-shim");
    console.log(before, typeof version, loaded());`);

  expect({ stdout, stderr }).toEqual({ stdout: "false string true\n", stderr: "" });
});

test("a program starts without what exports traces, and loads it when traces are asked for", () => {
  const { stdout, stderr } = run(`
    const tracing = require("@pulumi/pulumi/cmd/run/tracing");
    const loaded = () => Object.keys(require.cache).some((file) => /opentelemetry.exporter-zipkin/.test(file));
    tracing.newSpan("before").end();
    const before = loaded();
    tracing.start("http://127.0.0.1:9/api/v2/spans");
    console.log(before, loaded());
    process.exit();`);

  expect({ stdout, stderr }).toEqual({ stdout: "false true\n", stderr: "" });
});

test("an error from the SDK's own sources is shown at once", () => {
  const { stdout, status } = run(`
    const error = new Error("the port is taken");
    error.stack += "\\n    at f (/p/node_modules/@pulumi/config.ts:1:1)";
    console.log(require("node:util").inspect(error, { colors: true }));`);

  expect(status).toBe(0);
  expect(stdout).toContain("the port is taken");
  expect(stdout).toContain("/p/node_modules/@pulumi/config.ts:1:1");
});

test("stack traces name lines of our TypeScript, and libraries are loaded without their source maps", () => {
  const file = "packages/postgres/src/access/passwords.ts";
  const lines = readFileSync(file, "utf8").split("\n");
  const line = lines.findIndex((text) => text.includes("throw new RangeError")) + 1;
  const { stdout } = run(`
    const sdk = require.resolve("@pulumi/pulumi");
    require(sdk);
    // As its programs begin.
    require("module").createRequire(sdk)("source-map-support/register");
    console.log(require("node:module").findSourceMap(sdk) === undefined);
    try {
      require("./${file}").scramVerifier("\\u00e9");
    } catch (error) {
      console.log(error.stack);
    }`);

  expect(stdout).toMatch(/^true$/m);
  expect(stdout).toContain(`passwords.ts:${line}:`);
});
