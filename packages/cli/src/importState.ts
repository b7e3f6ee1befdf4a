import { askPulumi } from "./askPulumi";
import type { ExportedState } from "./exportState";

/** Replaces the state of a stack. */
export async function importState(
  stack: string,
  state: ExportedState,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  await askPulumi(["stack", "import", "--stack", stack], environment, JSON.stringify(state));
}
