import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { folders } from "./folders";
import { pins } from "./pins";
import { findOnPath } from "./pulumi/findOnPath";
import { type Fingerprint, fingerprint } from "./pulumi/fingerprint";

/** What the last complete set-up found and made. */
export interface SetUpRecord {
  /** The program `pulumi`. */
  pulumi: Fingerprint;
  /** Whether PULUMI_HOME is the project's own. */
  ownHome: boolean;
  /** What the set-up stood on. Anything else today, and it is done again. */
  premises: Premises;
  /** What must be as it was besides: the sources of the offline plugins in use, and the plugins made of them. */
  files: readonly Fingerprint[];
}

interface Premises {
  pins: typeof pins;
  overrides: { pulumi: string | null; plugins: string | null };
  /** The `pulumi` on the PATH, taken or passed over. */
  onPath: Fingerprint | null;
}

const file = join(folders.toolchain, "set-up.json");

/** The record of the last set-up, or undefined if there is none or something has changed since. */
export function readSetUp(): SetUpRecord | undefined {
  const record = readRecord();
  if (record === undefined) return undefined;
  const files = [record.pulumi, ...record.files];
  const isCurrent =
    isDeepStrictEqual(record.premises, premisesNow()) &&
    files.every((known) => isDeepStrictEqual(known, fingerprint(known.path)));
  return isCurrent ? record : undefined;
}

/** Notes a complete set-up. */
export function writeSetUp(made: Omit<SetUpRecord, "premises">): void {
  const record: SetUpRecord = { ...made, premises: premisesNow() };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify(record, null, 2));
  renameSync(`${file}.tmp`, file);
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
    // None yet, or one that cannot be read: both are made anew.
    return undefined;
  }
}
