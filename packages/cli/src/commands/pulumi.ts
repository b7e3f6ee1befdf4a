import { externalEnvironment } from "../externalStack/externalEnvironment";
import { runPulumi } from "../runProgram";
import { setUp } from "../setUp/setUp";
import { stackEnvironment } from "../stack/stackEnvironment";

/** Commands that talk to the server. */
const remote: ReadonlySet<string> = new Set([
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
  const isRemote = args.some((argument) => remote.has(argument));
  const environment = isRemote ? await externalEnvironment(stack, own) : own;
  if (configurationTarget(args) === "tracked") delete environment["PULUMI_OPTION_CONFIG_FILE"];
  return runPulumi(args, environment, process.cwd());
}

/** The stack that a command line of Pulumi's names by --stack or -s; undefined if it names none. */
export function namedStack(args: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (arg === "--") return undefined;
    if (arg === "--stack" || arg === "-s") return args[index + 1];
    const attached = /^(?:--stack=|-s=?)(.+)$/.exec(arg)?.[1];
    if (attached !== undefined) return attached;
  }
  return undefined;
}

/** Subcommands of `pulumi config` that change a configuration. */
const changes: readonly string[] = ["set", "set-all", "rm", "rm-all", "cp", "refresh"];

/**
 * Which file a command line of Pulumi's works on, for a stack in the project folder.
 *
 * Values that anyone may read belong in the tracked Pulumi.<stack>.yaml. A secret is encrypted with the passphrase of this
 * clone and stays in it, in the merged file, which everything else reads.
 */
export function configurationTarget(args: readonly string[]): "tracked" | "merged" {
  const words = args.filter((arg) => !arg.startsWith("-"));
  const isChange = words[0] === "config" && changes.includes(words[1] ?? "");
  return isChange && !args.includes("--secret") ? "tracked" : "merged";
}
