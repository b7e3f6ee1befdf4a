import { runPulumi } from "../runPulumi";
import { configurationTarget } from "../shell/configurationTarget";
import { namedStack } from "../shell/namedStack";
import { setUp } from "../setUp";
import { stackEnvironment } from "../stackEnvironment";

/** The `pulumi` of `npm run shell`: the real one, in the environment of the stack that the command line names. */
export async function pulumi(args: string[]): Promise<number> {
  await setUp();
  const stack = namedStack(args) ?? process.env["PULUMI_STACK"] ?? "local";
  const environment = stackEnvironment(stack);
  if (configurationTarget(args) === "tracked") delete environment["PULUMI_OPTION_CONFIG_FILE"];
  return runPulumi(args, environment, process.cwd());
}
