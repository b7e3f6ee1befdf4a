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
 * Has the user name what is to be removed, before anything is.
 *
 * @param ask puts a question; undefined where there is nobody to answer it
 * @returns whether the volume goes, too
 * @throws CommandError if an answer is neither the name nor, for the volume, nothing at all
 */
export async function confirmRemoval(
  { stack, isThere, volume }: Removal,
  ask: ((question: string) => Promise<string>) | undefined,
): Promise<boolean> {
  if (ask === undefined) {
    const withData = volume === undefined ? "" : `, and with its data: --volume ${volume}`;
    throw new CommandError(
      `There is no terminal to ask on. ${nothing}`,
      `To remove it unasked: npm run destroy -- --stack ${stack} --yes${withData}`,
    );
  }
  if (isThere) {
    const answer = (await ask(`Type the stack's name, ${stack}, to remove it: `)).trim();
    if (answer !== stack) throw misnamed(answer, "the stack's name");
  }
  if (volume === undefined) return false;
  const question = `Type the volume's name, ${volume}, to remove its data too; press Enter to keep it: `;
  const answer = (await ask(question)).trim();
  if (answer !== "" && answer !== volume) throw misnamed(answer, "the volume's name");
  return answer === volume;
}

function misnamed(answer: string, what: string): CommandError {
  return new CommandError(`"${answer}" is not ${what}. ${nothing}`, "Try again to remove it.");
}
