import { createInterface, type Interface } from "node:readline/promises";

import { CommandError } from "./commandError";

const nothing = "Nothing was removed.";

/** What the user is asked about. */
export interface Removal {
  stack: string;
  /** Whether the stack itself is still there. */
  isThere: boolean;
  /** The volume with its data, if that is still to be decided about. */
  volume: string | undefined;
}

/**
 * Asks for the names of what is to be removed, before anything is.
 *
 * @returns whether the volume goes, too
 * @throws CommandError if an answer is neither the name nor, for the volume, nothing at all
 */
export async function confirmRemoval({ stack, isThere, volume }: Removal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    const withData = volume === undefined ? "" : `, and with its data: --volume ${volume}`;
    throw new CommandError(
      `There is no terminal to ask on. ${nothing}`,
      `To remove it unasked: npm run destroy -- --stack ${stack} --yes${withData}`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    if (isThere) {
      const question = `Type the stack's name, ${stack}, to remove it: `;
      await answer(terminal, question, [stack], "the stack's name");
    }
    if (volume === undefined) return false;
    const question = `Type the volume's name, ${volume}, to remove its data too; press Enter to keep it: `;
    return (await answer(terminal, question, [volume, ""], "the volume's name")) === volume;
  } finally {
    terminal.close();
  }
}

async function answer(
  terminal: Interface,
  question: string,
  accepted: readonly string[],
  what: string,
): Promise<string> {
  const given = (await terminal.question(question)).trim();
  if (accepted.includes(given)) return given;
  throw new CommandError(`"${given}" is not ${what}. ${nothing}`, "Try again to remove it.");
}
