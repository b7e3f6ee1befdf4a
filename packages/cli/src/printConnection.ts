import { askPulumi } from "./askPulumi";
import { renderConnection } from "./renderConnection";

/** Shows where the database of a stack is and how to get in. */
export async function printConnection(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const text = await askPulumi(["stack", "output", "--json", "--stack", stack], environment);
  const outputs = JSON.parse(text) as Record<string, unknown>;
  process.stdout.write(renderConnection(stack, outputs) ?? "");
}
