import { healLocks } from "./healLocks";
import { healPending } from "./healPending";

/**
 * Repairs what a killed update has left in the state of a stack, so that the next update can begin. Quiet when all is well.
 */
export async function healStack(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const isOurs = environment["PULUMI_OPTION_CONFIG_FILE"] !== undefined;
  // Other backends know their own locks, and Pulumi says what to do about one.
  if (isOurs) await healLocks(stack);
  await healPending(stack, environment);
}
