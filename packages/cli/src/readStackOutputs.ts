import { askPulumi } from "./askPulumi";
import { CommandError } from "./commandError";
import { stackEnvironment } from "./stackEnvironment";
import { existsSync } from "node:fs";
import { stackFiles } from "./stack/stackFiles";

/**
 * The outputs of a stack, secrets in plain text: never show them unasked.
 *
 * @throws CommandError if the stack has not been brought up, or was destroyed
 */
export async function readStackOutputs(stack: string): Promise<Record<string, unknown>> {
  const environment = stackEnvironment(stack);
  const isOurs = environment["PULUMI_OPTION_CONFIG_FILE"] !== undefined;
  if (isOurs && !existsSync(stackFiles(stack).state)) throw notUp(stack);
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const outputs = await askPulumi(args, environment).catch((error: unknown) => {
    if (/no stack named/.test(String(error))) throw notUp(stack);
    throw error;
  });
  const values = JSON.parse(outputs) as Record<string, unknown>;
  if (Object.keys(values).length === 0) throw notUp(stack);
  return values;
}

function notUp(stack: string): CommandError {
  const command = stack === "local" ? "npm run up" : `npm run up -- --stack ${stack}`;
  return new CommandError(`Stack ${stack} has not been brought up yet.`, `Run \`${command}\`.`);
}
