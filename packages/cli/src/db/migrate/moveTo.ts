import { readFile, writeFile } from "node:fs/promises";

import type { AcknowledgedLoss } from "@hosterizer/postgres/migrations/loss/loss";
import { CommandError } from "../../commandError";
import { up } from "../../commands/up";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { stackFiles } from "../../stack/stackFiles";
import { readStackAccess } from "../stack/readStackAccess";
import { editTarget } from "./editTarget";
import { readVersion } from "./readVersion";

/** Which way, how far, and what may go. */
export interface Move {
  direction: "up" | "down";
  /** Number of the migration that is the last one applied afterwards. Default: all, or one less than now. */
  target: number | undefined;
  acknowledgedLoss: AcknowledgedLoss;
}

/**
 * Writes the target into the configuration and runs the update. Where that has moved the schema nowhere, the configuration is
 * put back; what was acknowledged does not outlive the update.
 *
 * @returns Pulumi's exit code
 */
export async function moveTo(
  stack: string,
  program: Program,
  { direction, target, acknowledgedLoss }: Move,
  args: readonly string[],
): Promise<number> {
  const access = await readStackAccess(stack);
  const before = await readVersion(access, program);
  const wanted = target ?? (direction === "down" ? before - 1 : undefined);
  requireDirection(direction, wanted, before);

  const file = stackFiles(stack).tracked;
  const text = await readFile(file, "utf8");
  await writeFile(file, editTarget(text, wanted, acknowledgedLoss));
  let after = before;
  try {
    const code = await up(["--stack", stack, ...args]);
    after = await readVersion(access, program).catch(() => before);
    return code;
  } finally {
    const isThere = after !== before || wanted === before;
    await writeFile(file, isThere ? editTarget(text, wanted, {}) : text);
    if (isThere) say(`Pulumi.${stack}.yaml says that from now on: commit it.`);
    else say(`The schema is at ${before} as before, and Pulumi.${stack}.yaml too.`);
  }
}

function requireDirection(
  direction: Move["direction"],
  wanted: number | undefined,
  version: number,
): void {
  if (direction === "up" && (wanted ?? Infinity) >= version) return;
  if (direction === "down" && wanted !== undefined && wanted >= 0 && wanted < version) return;
  const other = direction === "up" ? "down" : "up";
  throw new CommandError(
    `The schema is at ${version}, and ${direction} does not lead to ${Math.max(wanted ?? 0, 0)}.`,
    version === 0 ? "No migration is applied." : `Name another number, or go ${other}.`,
  );
}
