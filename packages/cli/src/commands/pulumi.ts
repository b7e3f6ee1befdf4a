import { externalEnvironment } from "../externalStack/externalEnvironment";
import { runPulumi } from "../runPulumi";
import { configurationTarget } from "../shell/configurationTarget";
import { namedStack } from "../shell/namedStack";
import { setUp } from "../setUp";
import { stackEnvironment } from "../stackEnvironment";

/** Commands that talk to the server. */
const speaking: ReadonlySet<string> = new Set([
  "up",
  "update",
  "preview",
  "pre",
  "refresh",
  "destroy",
  "import",
]);

/** The `pulumi` of `npm run shell`: the real one, in the environment of the stack that the command line names. */
export async function pulumi(args: string[]): Promise<number> {
  await setUp();
  const stack = namedStack(args) ?? process.env["PULUMI_STACK"] ?? "local";
  const own = stackEnvironment(stack);
  const isRemote = args.some((argument) => speaking.has(argument));
  const environment = isRemote ? await externalEnvironment(stack, own) : own;
  if (configurationTarget(args) === "tracked") delete environment["PULUMI_OPTION_CONFIG_FILE"];
  return runPulumi(args, environment, process.cwd());
}
