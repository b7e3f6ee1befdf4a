import { CommandError } from "../commandError";

/**
 * Whether the data of a stack is to go with it, as the user has said on the command line.
 *
 * @param named with `--volume`
 * @param data the volume with the stack's data; undefined for a stack that keeps it elsewhere
 * @throws CommandError if another volume is named
 */
export function judgeVolume(
  stack: string,
  named: string | undefined,
  data: string | undefined,
): boolean {
  if (named === undefined) return false;
  if (named === data) return true;
  const [fault, remedy] =
    data === undefined
      ? [`Stack ${stack} has no volume`, "Leave --volume out."]
      : [`"${named}" is not the volume of stack ${stack}`, `Name ${data}, or leave --volume out.`];
  throw new CommandError(`--volume: ${fault}. Nothing was removed.`, remedy);
}
