/** Changes of a configuration by `pulumi config …`. */
const changes: readonly string[] = ["set", "set-all", "rm", "rm-all", "cp", "refresh"];

/**
 * Which file a command line of Pulumi's is to work on, for a stack in the project folder.
 *
 * Values that anybody may read belong into the tracked Pulumi.<stack>.yaml. A secret is encrypted with the passphrase of
 * this clone and is kept in it, in the merged file, which everything else reads.
 */
export function configurationTarget(args: readonly string[]): "tracked" | "merged" {
  const words = args.filter((arg) => !arg.startsWith("-"));
  const isChange = words[0] === "config" && changes.includes(words[1] ?? "");
  return isChange && !args.includes("--secret") ? "tracked" : "merged";
}
