import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { UserError } from "@hosterizer/postgres/userError";
import { findOnPath, folders } from "../folders";
import { pins } from "../pins";
import { exitCodeOf } from "../runProgram";

/** What the last complete set-up found and made. */
export interface SetUpRecord {
  /** The program `pulumi`. */
  pulumi: Fingerprint;
  /** Whether PULUMI_HOME is the project's own. */
  ownHome: boolean;
  /** What the set-up depended on. If any of it changes, the set-up runs again. */
  premises: Premises;
  /** Other files that must not have changed: the sources of the offline plugins in use, and the plugins made of them. */
  files: readonly Fingerprint[];
}

/** Tells one version of a file from another without reading it. */
export interface Fingerprint {
  path: string;
  /** Its modification time. */
  changed: number;
  size: number;
}

interface Premises {
  pins: typeof pins;
  overrides: { pulumi: string | null; plugins: string | null };
  /** The `pulumi` on the PATH, used or not. */
  onPath: Fingerprint | null;
}

/**
 * Sets up Pulumi and the plugins where they are missing. Costs a few milliseconds when they are not.
 *
 * The work itself is a separate process, so that a command that finds everything ready loads nothing of it.
 */
export async function setUp(): Promise<SetUpRecord> {
  const ready = readSetUp();
  if (ready !== undefined) return ready;
  const program = join(__dirname, "performSetUp.ts");
  const preload = join(folders.project, "packages", "cli", "preload.cjs");
  // Its output goes to stderr: stdout belongs to the command that the user asked for.
  const child = spawn(process.execPath, ["--require", preload, program], {
    stdio: ["ignore", 2, 2],
  });
  const code = await exitCodeOf(child);
  const made = readSetUp();
  if (code === 0 && made !== undefined) return made;
  throw new UserError("Setup failed (see above).", "Fix it and rerun; it resumes.");
}

const file = join(folders.toolchain, "set-up.json");

/** The record of the last set-up; undefined if there is no record or something has changed since. */
export function readSetUp(): SetUpRecord | undefined {
  const record = readRecord();
  if (record === undefined) return undefined;
  const files = [record.pulumi, ...record.files];
  const isCurrent =
    isDeepStrictEqual(record.premises, premisesNow()) &&
    files.every((known) => isDeepStrictEqual(known, fingerprint(known.path)));
  return isCurrent ? record : undefined;
}

/** Records a complete set-up. */
export function writeSetUp(made: Omit<SetUpRecord, "premises">): void {
  const record: SetUpRecord = { ...made, premises: premisesNow() };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify(record, null, 2));
  renameSync(`${file}.tmp`, file);
}

/** The fingerprint of the file at `path`; undefined if the file does not exist. */
export function fingerprint(path: string | undefined): Fingerprint | undefined {
  if (path === undefined) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { path, changed: found.mtimeMs, size: found.size };
}

function premisesNow(): Premises {
  return {
    pins,
    overrides: {
      pulumi: process.env["HOSTERIZER_PULUMI"] ?? null,
      plugins: process.env["HOSTERIZER_PLUGINS"] ?? null,
    },
    onPath: fingerprint(findOnPath("pulumi")) ?? null,
  };
}

function readRecord(): SetUpRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as SetUpRecord;
  } catch {
    // Missing or unreadable: the set-up runs again and writes it.
    return undefined;
  }
}
