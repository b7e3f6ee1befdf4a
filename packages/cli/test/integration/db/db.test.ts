import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

import { beforeAll, describe, expect, test } from "vitest";

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

const helps = ["psql", "status", "verify", "migrate", "accept-drift"].map(
  (command) => `${command} --help`,
);
const mistakes = [
  "env --superuser",
  "status now",
  "migrate sideways",
  "verify --loud",
  "accept-drift --because",
];
const refusals: [words: string, fault: string][] = [
  ["migrate down last", '"last" is not the number of a migration'],
  ["migrate down 6 --acknowledge public.cost_records", "is not of the form table=rows"],
  ["migrate version 3", 'version takes no value, but got "3"'],
  ["migrate create Add-Tags", '"Add-Tags" is not a valid name for a migration'],
  ["migrate create", "A new migration needs a name"],
  ["rotate-password app_pooler", '"app_pooler" is not a role that logs in with a password.'],
  ["rotate-password app_usr", '"app_usr" is not a role that logs in with a password.'],
];

describe("npm run db", () => {
  test("without a command, lists its commands and fails", async () => {
    const { code, stdout, stderr } = await db();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/Usage: npm run db -- <command>.*env.*psql.*status/s);
  });

  test.each([["--help"], ["env", "--help"]])("shows help for %s %s", async (...args) => {
    expectHelp(await db(...args), args);
  });

  test("answers an invalid call in two lines", async () => {
    expectTwoLines(await db("enw"));
  });
});

describe("npm run db, one command after the other in one process,", () => {
  let runs: ReadonlyMap<string, Run>;
  let written: string;

  beforeAll(async () => {
    written = await readFile("Pulumi.local.yaml", "utf8");
    runs = await together([...helps, ...mistakes, ...refusals.map(([words]) => words)]);
  });

  const run = (words: string): Run => {
    const found = runs.get(words);
    if (found === undefined) throw new Error(`${words} was not run`);
    return found;
  };

  test.each(helps)("shows help for %s on standard output", (words) => {
    expectHelp(run(words), words.split(" "));
  });

  test.each(mistakes)("answers %s in two lines on standard error, without a stack", (words) => {
    expectTwoLines(run(words));
  });

  test.each(refusals)("%s is refused, without a stack", (words, fault) => {
    const { code, stdout, stderr } = run(words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(fault);
  });

  test("the configuration is unchanged", async () => {
    expect(await readFile("Pulumi.local.yaml", "utf8")).toBe(written);
  });
});

function expectHelp({ code, stdout, stderr }: Run, args: readonly string[]): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Usage: npm run db -- /);
  if (args.length > 1) expect(stdout).toMatch(/Examples:\n {2}#/);
}

function expectTwoLines({ code, stdout, stderr }: Run): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toHaveLength(2);
  expect(stderr).toMatch(/\n`npm run db -- .*--help` shows the usage\.\n$/);
}

function db(...args: string[]): Promise<Run> {
  return node("--require", "./packages/cli/preload.cjs", "packages/cli/src/db/db.ts", ...args);
}

/** Runs commands in this process. Each would otherwise take seconds to start. */
async function together(lines: readonly string[]): Promise<ReadonlyMap<string, Run>> {
  const { stdout, stderr } = await node(
    "--require",
    "./packages/cli/preload.cjs",
    "--eval",
    program,
    ...lines,
  );
  if (stderr !== "") throw new Error(stderr);
  return new Map(Object.entries(JSON.parse(stdout) as Record<string, Run>));
}

const program = `
const lines = process.argv.slice(1);
const file = require.resolve("./packages/cli/src/db/db.ts");
const write = process.stdout.write.bind(process.stdout);
const runs = {};
let run;
// Each command listens for a reader that has gone away.
process.stdout.setMaxListeners(0);
process.stdout.write = (text) => ((run.stdout += text), true);
process.stderr.write = (text) => ((run.stderr += text), true);
(async () => {
  for (const line of lines) {
    run = runs[line] = { code: 0, stdout: "", stderr: "" };
    process.exitCode = undefined;
    process.argv = [process.execPath, file, ...line.split(" ")];
    delete require.cache[file];
    require(file);
    await new Promise(setImmediate);
    run.code = process.exitCode ?? 0;
  }
  process.exitCode = 0;
  write(JSON.stringify(runs));
})();
`;

function node(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}
