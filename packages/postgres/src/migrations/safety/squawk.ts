import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { lineStarts } from "../../sql/locate";
import type { MigrationFile } from "../migration";
import type { StatementFinding } from "./safetyFinding";

/** The release whose rules are named below. */
export const squawkVersion = "2.66.0";

/** Folder that it is installed in, from the project folder. */
export const squawkFolder = join(".hosterizer", "toolchain", `squawk-${squawkVersion}`);

/**
 * What is taken from squawk, https://squawkhq.com/docs/rules, in our own words. The rest is judged here by the tables' real sizes,
 * or is the business of what runs the files: transactions, time-outs, running a file again.
 */
export const squawkRules = {
  "adding-required-field": [
    "it adds a column that must be given, which fails where there are rows",
    "Give it a default, or add it without NOT NULL and fill it first",
  ],
  "ban-alter-domain-with-add-constraint": [
    "it adds a constraint to a domain, which checks every table that uses it",
    "Use a CHECK of the table instead, NOT VALID",
  ],
  "ban-char-field": [
    "it makes a column of type character, which pads with blanks",
    "Make it text, with a CHECK of its length",
  ],
  "ban-create-domain-with-constraint": [
    "it makes a domain with a constraint, which no later migration changes without checking every table",
    "Use a CHECK of the table instead",
  ],
  "ban-drop-column": [
    "it drops a column that applications may still read",
    "Take it out of every application first, and say so here",
  ],
  "ban-drop-database": ["it drops a database", "Take it out"],
  "ban-drop-not-null": [
    "it allows null where applications may not expect it",
    "Teach every application first, and say so here",
  ],
  "ban-drop-table": [
    "it drops a table that applications may still use",
    "Take it out of every application first, and say so here",
  ],
  "ban-truncate-cascade": [
    "it empties every table that refers to this one, too",
    "Name the tables that are to be emptied, without CASCADE",
  ],
  "ban-uncommitted-transaction": [
    "it begins a transaction and does not end it",
    "Take BEGIN out: each file has a transaction",
  ],
  "prefer-identity": [
    "it makes a column of a serial type, whose sequence has privileges of its own",
    "Make it bigint generated always as identity",
  ],
  "prefer-text-field": [
    "it makes a column of type varchar(n), whose n is changed under an ACCESS EXCLUSIVE lock",
    "Make it text, with a CHECK of its length",
  ],
  "prefer-timestamp-tz": [
    "it makes a column of type timestamp, which forgets the time zone",
    "Make it timestamptz",
  ],
  "renaming-column": [
    "it renames a column that applications may still read by its old name",
    "Add a new column, fill both, and drop the old one once nobody reads it",
  ],
  "renaming-table": [
    "it renames a table that applications may still use by its old name",
    "Leave a view of the old name, or say here why nobody uses it",
  ],
  "transaction-nesting": [
    "it begins or ends a transaction, and the file has one",
    "Take BEGIN and COMMIT out, or put the halves into files of their own",
  ],
} as const satisfies Record<string, readonly [fault: string, remedy: string]>;

export type SquawkRule = keyof typeof squawkRules;

/** Its program in a project folder, if it is installed there. */
export function squawkIn(project: string): string | undefined {
  const program = join(project, squawkFolder, "node_modules", ".bin", "squawk");
  return existsSync(program) ? program : undefined;
}

/**
 * What squawk finds in a file, with where: in characters from its beginning.
 *
 * @param program its path
 * @throws Error if it can't be run
 */
export async function squawkFindings(
  program: string,
  { sql, path, noTransaction }: MigrationFile,
): Promise<(StatementFinding & { offset: number })[]> {
  const transaction = noTransaction === undefined ? ["--assume-in-transaction"] : [];
  const options = ["--reporter", "json", "--pg-version", "15.0", "--stdin-filepath", path];
  const printed = await run(program, [...options, ...transaction], sql);
  const found = JSON.parse(printed) as { rule_name: string; line: number; column: number }[];
  const starts = lineStarts(sql);
  // Both are counted from 0.
  return found.flatMap(({ rule_name: rule, line, column }) => {
    if (!isTaken(rule)) return [];
    const [fault, remedy] = squawkRules[rule];
    return [{ rule, fault, remedy, offset: (starts[line] ?? sql.length) + column }];
  });
}

function isTaken(rule: string): rule is SquawkRule {
  return rule in squawkRules;
}

/** It ends with 1 where it has found something. */
function run(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout, stderr) => {
      if (error === null || error.code === 1) resolve(stdout);
      else reject(new Error(`squawk failed: ${stderr.trim() || error.message}`, { cause: error }));
    });
    child.stdin?.on("error", () => undefined).end(input);
  });
}
