import { CommandError } from "../commandError";
import { updateStack } from "../updateStack";

/** Everything that belongs to a server in Docker: its component, and what that holds. */
const instance = "**hosterizer:index:DockerInstance**";

/**
 * Brings up the server of a stack, and nothing else of it. Only that is refreshed, too, so that a server that nobody reaches
 * is asked nothing.
 *
 * @param agreed Pulumi's options for an update that the user has agreed to; none: Pulumi shows it and asks
 * @throws CommandError if that fails
 */
export async function bringUpInstance(
  stack: string,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<void> {
  const code = await updateStack(stack, ["up", "--target", instance, ...agreed], environment);
  if (code === 0) return;
  throw new CommandError(
    `The server of stack ${stack} is not up; the reason is above.`,
    "Mend it and run the command again.",
  );
}
