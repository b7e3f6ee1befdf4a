import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ruses, startImpostor } from "../../../../client/test/impostor";
import { requireProof } from "@hosterizer/postgres/connection/connection";

const connection = {
  host: "db.example.com",
  port: 6543,
  database: "hosterizer",
  user: "app_user",
  password: "only-in-the-environment",
};
let folder: string;

// A program of this name that prints its arguments: not every machine has the real one.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-psql-"));
  await writeFile(
    join(folder, "psql"),
    `#!/bin/sh
for argument in "$@"; do echo "argument $argument"; done
env | grep '^PG' | sort
exit 3
`,
  );
  await chmod(join(folder, "psql"), 0o755);
});

afterAll(() => rm(folder, { recursive: true }));

describe("psql", () => {
  test("gets its connection only from its environment, and its exit code is passed on", async () => {
    const { code, stdout } = await run({ PATH: `${folder}:${process.env["PATH"] ?? ""}` });
    expect(code).toBe(3);
    expect(stdout.split("\n").filter((line) => line !== "")).toEqual([
      "argument -c",
      "argument select 1; -- $HOME",
      "PGDATABASE=hosterizer",
      "PGHOST=db.example.com",
      "PGOPTIONS=-c app.current_customer_id=42",
      "PGPASSWORD=only-in-the-environment",
      "PGPORT=6543",
      "PGREQUIREAUTH=scram-sha-256",
      "PGSSLMODE=disable",
      "PGUSER=app_user",
    ]);
  });

  test("ignores the user's own variables for another server, and keeps their time zone", async () => {
    const { stdout } = await run({
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      PGHOSTADDR: "10.0.0.1",
      PGSERVICE: "production",
      PGSSLMODE: "require",
      PGTZ: "Europe/Berlin",
    });
    expect(stdout).not.toMatch(/PGHOSTADDR|PGSERVICE|require/);
    expect(stdout).toContain("PGTZ=Europe/Berlin\n");
  });

  test("that is not installed leads to an error that says what to install", async () => {
    const { code, stderr } = await run({ PATH: "/nonexistent" });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^psql is not installed, or not on the PATH\.\n.*apt install postgresql-client.*brew install libpq/s,
    );
    expect(stderr).not.toMatch(/ at .*\.ts:\d+/);
  });
});

test.each(ruses)(
  "no psql is started for a program that tries %s on the server's port",
  async (ruse) => {
    const impostor = await startImpostor(ruse);
    const there = { ...connection, host: "127.0.0.1", port: impostor.port };
    await expect(requireProof(there)).rejects.toThrow(/SCRAM/);
    await impostor.stop();
    expect(impostor.received.join()).not.toContain(connection.password);
  },
);

/** Runs psql in a process of its own, because it takes over the terminal. */
function run(env: NodeJS.ProcessEnv): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = `
    const { runPsql } = require("./packages/cli/src/db/psql.ts");
    const { showFailure } = require("./packages/cli/src/db/operatorCommand.ts");
    runPsql(["-c", "select 1; -- $HOME"], ${JSON.stringify(connection)}, "-c app.current_customer_id=42")
      .then((code) => { process.exitCode = code; }, showFailure);`;
  const args = ["--require", "./packages/cli/preload.cjs", "--eval", program];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}
