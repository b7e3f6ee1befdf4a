import { join } from "node:path";

import { Command } from "commander";

import { DeclarationErrors } from "@hosterizer/postgres/userError";
import { readMigrations } from "@hosterizer/postgres/migrations/migrationsFolder";
import { judgePending, safetyFault } from "@hosterizer/postgres/migrations/safety/judgeMigration";
import { folders } from "../folders";
import { loadProgram, type Program } from "../program";
import { runQuietly } from "../runProgram";
import { ensureSquawk } from "../setUp/ensureSquawk";
import { print } from "../terminal";

const unitTests = { program: "vitest", args: ["run", "--project=unit", "--reporter=dot"] };

const checks: readonly { program: string; args: readonly string[] }[] = [
  { program: "prettier", args: ["--check", "--log-level=warn", "."] },
  { program: "eslint", args: ["--max-warnings=0", "."] },
  { program: "tsc", args: ["--noEmit"] },
  { program: "knip", args: ["--no-progress"] },
  {
    program: "depcruise",
    args: [
      ...["--config", ".dependency-cruiser.mjs", "--output-type", "err"],
      ...["index.ts", "components", "database", "packages"],
    ],
  },
];

/**
 * `npm run check`: format, lint, types, unit tests, dead code, directions of imports, and migrations. Silent when all is well; otherwise reports
 * every fault. `--no-tests` leaves out the unit tests, for a caller that runs all tests anyway.
 */
export async function check(args: readonly string[]): Promise<number> {
  const command = new Command("npm run check --")
    .description(
      "Checks format, lint, types, unit tests, dead code, directions of imports, and migrations.",
    )
    .option("--no-tests", "leave out the unit tests, because `npm test` follows")
    .parse([...args], { from: "user" });
  const { tests } = command.opts<{ tests: boolean }>();
  const results = await Promise.all(
    [...checks, ...(tests ? [unitTests] : [])].map(async ({ program, args }) => {
      const path = join(folders.project, "node_modules", ".bin", program);
      return { program, ...(await runQuietly(path, args, { cwd: folders.project })) };
    }),
  );
  await ensureSquawk();
  const unsafe = await judgeMigrations(folders.project, loadProgram());
  if (unsafe !== "") print(`--- migrations\n${unsafe}\n`);
  const failed = results.filter(({ code }) => code !== 0);
  for (const { program, stdout, stderr } of failed) {
    print(`--- ${program}\n${[stdout, stderr].join("\n").trim()}\n`);
  }
  return failed.length === 0 && unsafe === "" ? 0 : 1;
}

/** The faults of the migrations after the last released one, in words; empty if there are none. */
export async function judgeMigrations(
  project: string,
  { releasedVersion }: Pick<Program, "releasedVersion">,
): Promise<string> {
  try {
    const migrations = await readMigrations(join(project, "migrations"));
    const findings = await judgePending(
      migrations.filter(({ number }) => number > releasedVersion),
      undefined,
      project,
    );
    return findings.map((finding) => safetyFault(finding).message).join("\n\n");
  } catch (error) {
    if (error instanceof DeclarationErrors) return error.message;
    throw error;
  }
}
