/** Environment variable with the stack that our command works on. Not set where Pulumi was started without our commands. */
const stackVariable = "HOSTERIZER_STACK";

/**
 * A command of this project as one types it, for a message.
 *
 * @param words after the command's own, each a word of the shell's already.
 * @param stack Default: the one that is at work.
 */
export function npmCommand(
  command: string,
  words: readonly string[] = [],
  stack = process.env[stackVariable] ?? "local",
): string {
  const all = [...(stack === "local" ? [] : ["--stack", stack]), ...words];
  // `npm run db -- …` has its separator already.
  const separator = all.length === 0 || command.includes(" -- ") ? [] : ["--"];
  return ["npm run", command, ...separator, ...all].join(" ");
}

/** What puts the stack into a command's environment. */
export function environmentForStack(stack: string): NodeJS.ProcessEnv {
  return { [stackVariable]: stack };
}

/** A text as one word of a POSIX shell: within single quotes it takes all but the quote itself as it is. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
