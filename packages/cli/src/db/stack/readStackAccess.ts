import { CommandError } from "../../commandError";
import { readStackOutputs } from "../../stack/state";
import { type StackAccess, stackAccess } from "./stackAccess";

/**
 * Reads from a stack how to reach its database. Asks Pulumi, not the server.
 *
 * @throws CommandError if the stack isn't up, not wholly up, or can't be read
 */
export async function readStackAccess(stack: string): Promise<StackAccess> {
  const outputs = await readStackOutputs(stack).catch((error: unknown) => {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The outputs of stack ${stack} cannot be read.`, reason, {
      cause: error,
    });
  });
  return stackAccess(stack, outputs);
}
