import { findOtherUpdate } from "./healing/findOtherUpdate";
import { runPulumi } from "./runPulumi";
import { say } from "./say";

/**
 * Runs a command of Pulumi that changes a stack.
 *
 * Where it fails while another one holds the stack, that is said last: what Pulumi says of it may be no more than
 * "unexpected end of JSON input", when the other's lock was just being written.
 *
 * @returns Pulumi's exit code
 */
export async function updateStack(
  stack: string,
  [command, ...args]: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const code = await runPulumi([command, "--stack", stack, ...args], environment);
  const other = code === 0 ? undefined : findOtherUpdate(stack);
  if (other !== undefined) say(`${other}\nWait for its end and run the command again.`);
  return code;
}
