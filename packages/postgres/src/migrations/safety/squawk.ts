import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { lineStarts } from "../../sql/locate";
import type { MigrationFile } from "../migration";

/** The release that the rules below are taken from. */
export const squawkVersion = "2.66.0";

/** Where squawk is installed, from the project folder. */
export const squawkFolder = join(".hosterizer", "toolchain", `squawk-${squawkVersion}`);

/**
 * The rules used of squawk, https://squawkhq.com/docs/rules, with our own wording. The other rules are covered by this project: by
 * checks that know the real table sizes, or by the runner (transactions, time-outs, retries).
 */
export const squawkRules = {
  "adding-required-field": [
    "it adds a required column without a default, which fails if the table has rows",
    "Give it a default, or add it without NOT NULL and fill it first",
  ],
  "ban-alter-domain-with-add-constraint": [
    "it adds a constraint to a domain, which checks every table that uses it",
    "Add a CHECK constraint to the table instead, NOT VALID",
  ],
  "ban-char-field": [
    "it creates a column of type character, which pads values with blanks",
    "Use text, with a CHECK on its length",
  ],
  "ban-create-domain-with-constraint": [
    "it creates a domain with a constraint, which no later migration can change without checking every table that uses it",
    "Add a CHECK constraint to the table instead",
  ],
  "ban-drop-column": [
    "it drops a column that applications may still read",
    "Remove it from every application first, and say so here",
  ],
  "ban-drop-database": ["it drops a database", "Remove the statement"],
  "ban-drop-not-null": [
    "it allows null where applications may not expect it",
    "Make every application handle null first, and say so here",
  ],
  "ban-drop-table": [
    "it drops a table that applications may still use",
    "Remove it from every application first, and say so here",
  ],
  "ban-truncate-cascade": [
    "it also empties every table that references this one",
    "Name the tables to empty, without CASCADE",
  ],
  "ban-uncommitted-transaction": [
    "it begins a transaction and does not end it",
    "Remove BEGIN: each file runs in a transaction",
  ],
  "prefer-identity": [
    "it creates a column of a serial type, whose sequence has separate privileges",
    "Use bigint generated always as identity",
  ],
  "prefer-text-field": [
    "it creates a column of type varchar(n), whose n can only be changed under an ACCESS EXCLUSIVE lock",
    "Use text, with a CHECK on its length",
  ],
  "prefer-timestamp-tz": [
    "it creates a column of type timestamp, which drops the time zone",
    "Use timestamptz",
  ],
  "renaming-column": [
    "it renames a column that applications may still read by its old name",
    "Add a new column, fill both, and drop the old one when no application reads it",
  ],
  "renaming-table": [
    "it renames a table that applications may still use by its old name",
    "Leave a view with the old name, or say here why no application uses it",
  ],
  "transaction-nesting": [
    "it begins or ends a transaction, but the file runs in one",
    "Remove BEGIN and COMMIT, or split the file in two",
  ],
} as const satisfies Record<string, readonly [fault: string, remedy: string]>;

export type SquawkRule = keyof typeof squawkRules;

/** The path of squawk in a project folder; undefined if it is not installed there. */
export function squawkIn(project: string): string | undefined {
  const program = join(project, squawkFolder, "node_modules", ".bin", "squawk");
  return existsSync(program) ? program : undefined;
}

/** A rule that a file breaks. */
interface SquawkFinding {
  rule: SquawkRule;
  fault: string;
  remedy: string;
  /** In characters from the beginning of the file. */
  offset: number;
}

/**
 * What squawk finds in a file.
 *
 * @param program its path
 * @throws Error if it cannot be run
 */
export async function squawkFindings(
  program: string,
  { sql, path, noTransaction }: MigrationFile,
): Promise<SquawkFinding[]> {
  const transaction = noTransaction === undefined ? ["--assume-in-transaction"] : [];
  const options = ["--reporter", "json", "--pg-version", "15.0", "--stdin-filepath", path];
  const printed = await run(program, [...options, ...transaction], sql);
  const found = JSON.parse(printed) as { rule_name: string; line: number; column: number }[];
  const starts = lineStarts(sql);
  return found.flatMap(({ rule_name: rule, line, column }) => {
    if (!isUsed(rule)) return [];
    const [fault, remedy] = squawkRules[rule];
    // Squawk counts lines and columns from 0.
    return [{ rule, fault, remedy, offset: (starts[line] ?? sql.length) + column }];
  });
}

function isUsed(rule: string): rule is SquawkRule {
  return rule in squawkRules;
}

/** Squawk exits with 1 if it has found something. */
function run(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, (error, stdout, stderr) => {
      if (error === null || error.code === 1) resolve(stdout);
      else reject(new Error(`squawk failed: ${stderr.trim() || error.message}`, { cause: error }));
    });
    child.stdin?.on("error", () => undefined).end(input);
  });
}
