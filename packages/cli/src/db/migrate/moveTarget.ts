import { readFile, writeFile } from "node:fs/promises";

import type { AcknowledgedLoss } from "@hosterizer/postgres/migrations/dataLoss";
import { UserError } from "@hosterizer/postgres/userError";
import { up } from "../../commands/up";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { stackFiles } from "../../stack/stackFiles";
import { editTarget, readVersion } from "../stack/schemaVersion";
import { readStackAccess } from "../stack/stackAccess";

/** Which way, how far, and at what loss. */
interface Move {
  direction: "up" | "down";
  /** Number of the last migration that is to be applied. Default: all, or for `down` one less than now. */
  target: number | undefined;
  acknowledgedLoss: AcknowledgedLoss;
}

/**
 * Writes the target into the configuration and runs the update. If that leaves the schema where it was, restores the
 * configuration. Acknowledged losses stay in the configuration only during the update.
 *
 * @returns Pulumi's exit code
 * @throws UserError if the target is not in this direction
 */
export async function moveTarget(
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
    if (isThere) say(`Pulumi.${stack}.yaml has the new target: commit it.`);
    else say(`The schema is at ${before} as before, and Pulumi.${stack}.yaml is unchanged.`);
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
  throw new UserError(
    `The schema is at ${version}, and ${direction} does not lead to ${Math.max(wanted ?? 0, 0)}.`,
    version === 0 ? "No migration is applied." : `Name another number, or go ${other}.`,
  );
}
