import { CommandError } from "../commandError";
import { updateStack } from "../updateStack";

/**
 * Brings up the server of a stack, and nothing else of it. Only that is refreshed, too, so that a server that nobody reaches
 * is asked nothing.
 *
 * @param agreed Pulumi's options for an update that the user has agreed to; none: Pulumi shows it and asks
 * @param kind the component that is the server: everything that it holds belongs to it
 * @throws CommandError if that fails
 */
export async function bringUpInstance(
  stack: string,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
  kind: "DockerInstance" | "ExternalInstance" = "DockerInstance",
): Promise<void> {
  const instance = `**hosterizer:index:${kind}**`;
  const code = await updateStack(stack, ["up", "--target", instance, ...agreed], environment);
  if (code === 0) return;
  throw new CommandError(
    `The server of stack ${stack} is not up; the reason is above.`,
    "Mend it and run the command again.",
  );
}
