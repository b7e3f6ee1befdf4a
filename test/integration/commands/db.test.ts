import { execFile } from "node:child_process";

import { describe, expect, test } from "vitest";

describe("npm run db", () => {
  test("lists its commands when it is asked for nothing, and fails", async () => {
    const { code, stdout, stderr } = await db();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/Usage: npm run db -- <command>.*env.*psql.*status/s);
  });

  test.each([
    ["--help"],
    ["env", "--help"],
    ["psql", "--help"],
    ["status", "--help"],
    ["verify", "--help"],
    ["migrate", "--help"],
    ["accept-drift", "--help"],
  ])("shows help for %s %s on standard output", async (...args) => {
    const { code, stdout, stderr } = await db(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: npm run db -- /);
    if (args.length > 1) expect(stdout).toMatch(/Examples:\n {2}#/);
  });

  test.each([
    ["enw"],
    ["env", "--superuser"],
    ["status", "now"],
    ["migrate", "sideways"],
    ["verify", "--loud"],
    ["accept-drift", "--because"],
  ])("answers %s %s in two lines on standard error, without a stack", async (...args) => {
    const { code, stdout, stderr } = await db(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toHaveLength(2);
    expect(stderr).toMatch(/\n`npm run db -- .*--help` shows what there is\.\n$/);
  });

  test.each([
    ["down last", '"last" is not the number of a migration'],
    ["down 6 --acknowledge public.cost_records", "says not how many rows may go"],
    ["version 3", 'version takes no value, and "3" is one'],
    ["create Add-Tags", '"Add-Tags" is not the name of one'],
    ["create", "A new migration needs a name"],
  ])("migrate %s is refused, without a stack", async (words, fault) => {
    const { code, stdout, stderr } = await db("migrate", ...words.split(" "));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(fault);
  });
});

function db(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = ["--require", "tsx/cjs", "commands/db.ts", ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}
