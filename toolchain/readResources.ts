import { askPulumi } from "./askPulumi";

/** A resource as the state has it. */
export interface StateResource {
  type: string;
  /** Those that are asked for here are text or numbers. */
  outputs?: Record<string, string | undefined>;
}

/** The resources of a stack's state, with its secrets encrypted; none after a `destroy`. */
export async function readResources(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<StateResource[]> {
  const exported = await askPulumi(["stack", "export", "--stack", stack], environment);
  const { deployment } = JSON.parse(exported) as { deployment?: { resources?: StateResource[] } };
  return deployment?.resources ?? [];
}
