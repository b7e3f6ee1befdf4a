import { askPulumi } from "./askPulumi";
import type { Deployment } from "./healing/resolvePending";

/** What `pulumi stack export` prints and `pulumi stack import` takes; what is not named here passes through as it is. */
export interface ExportedState {
  deployment?: Deployment;
}

/** The state of a stack, with its secrets encrypted. */
export async function exportState(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<ExportedState> {
  const exported = await askPulumi(["stack", "export", "--stack", stack], environment);
  return JSON.parse(exported) as ExportedState;
}
