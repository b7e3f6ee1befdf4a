import { exportState } from "./exportState";
import type { ResourceState } from "./healing/resolvePending";

/** The resources of a stack's state, with its secrets encrypted; none after a `destroy`. */
export async function readResources(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<ResourceState[]> {
  const { deployment } = await exportState(stack, environment);
  return deployment?.resources ?? [];
}
