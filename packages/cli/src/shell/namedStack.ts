/** The stack that a command line of Pulumi's names by --stack or -s, undefined if it names none. */
export function namedStack(args: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (arg === "--") return undefined;
    if (arg === "--stack" || arg === "-s") return args[index + 1];
    const attached = /^(?:--stack=|-s=?)(.+)$/.exec(arg)?.[1];
    if (attached !== undefined) return attached;
  }
  return undefined;
}
