import { readDockerSettings } from "../dockerStack/readDockerSettings";
import { requireEngine } from "../dockerStack/requireEngine";
import { healLocks } from "./healLocks";
import { healPending } from "./healPending";

/**
 * Repairs what a killed update has left of a stack, so that the next update can begin. Quiet when all is well.
 *
 * @throws CommandError if another update runs, or if the stack runs in Docker and no engine answers
 */
export async function healStack(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  if (readDockerSettings(stack, environment) !== undefined) await requireEngine(stack);
  const isOurs = environment["PULUMI_OPTION_CONFIG_FILE"] !== undefined;
  // Other backends know their own locks, and Pulumi says what to do about one.
  if (isOurs) await healLocks(stack);
  await healPending(stack, environment);
}
