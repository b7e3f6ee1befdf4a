import { readDockerSettings } from "./dockerStack/readDockerSettings";
import { healServer } from "./healing/healServer";
import { say } from "./say";
import { startEmbedded } from "./startEmbedded";

/**
 * Sees to it that the server of a stack, if it is there, answers: Pulumi refreshes before it runs the program, and the refresh
 * fails against a server that does not.
 *
 * @param agreed Pulumi's options for an update that the user has agreed to; none: Pulumi shows it and asks
 */
export async function startInstance(
  stack: string,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<void> {
  const docker = readDockerSettings(stack, environment);
  if (docker !== undefined) {
    await healServer(stack, docker, environment, agreed);
    return;
  }
  const started = await startEmbedded(stack);
  if (started !== undefined) say(started);
}
