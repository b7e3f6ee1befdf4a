import { Command } from "commander";

import { UserError } from "@hosterizer/postgres/userError";

/** The arguments that a command was called with. */
export interface Arguments {
  stack: string;
  /** Whether the user has agreed in advance. */
  yes: boolean;
  /** Values of the command's own options, by option. */
  values: Readonly<Record<string, string | undefined>>;
  /** Values of those that may be given several times, in their order. */
  lists: Readonly<Record<string, readonly string[]>>;
  /** All other arguments, for Pulumi. */
  rest: string[];
}

export interface CommandDescription {
  /** As in `npm run <name>`. */
  name: string;
  /** What it does, for `--help`. */
  description: string;
  /** What `--yes` agrees to. Default: the command does not ask, and has no such option. */
  yes?: string;
  /** The purpose of the command's own options with a value, by option. */
  options?: Readonly<Record<string, string>>;
  /** The same for those that may be given several times. */
  lists?: Readonly<Record<string, string>>;
}

/** Reads a command line. `--help` prints what the command does and ends the process. */
export function readArguments(description: CommandDescription, args: readonly string[]): Arguments {
  const command = new Command(`npm run ${description.name} --`)
    .description(description.description)
    .option("-s, --stack <stack>", "the stack, as in Pulumi.<stack>.yaml", "local")
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText("after", "\nOther options are passed to Pulumi.");
  if (description.yes !== undefined) command.option("-y, --yes", description.yes);
  const own = Object.entries(description.options ?? {});
  for (const [option, purpose] of own) command.option(`--${option} <${option}>`, purpose);
  const repeated = Object.entries(description.lists ?? {});
  for (const [option, purpose] of repeated)
    command.option(`--${option} <${option}>`, purpose, append, []);
  command.parse([...args], { from: "user" });
  requireOptions(description.name, command.args);
  const { stack, yes = false } = command.opts<{ stack: string; yes?: boolean }>();
  const given = command.opts<Record<string, string | undefined>>();
  const values = Object.fromEntries(own.map(([option]) => [option, given[option]]));
  const several = command.opts<Record<string, readonly string[] | undefined>>();
  const lists = Object.fromEntries(repeated.map(([option]) => [option, several[option] ?? []]));
  return { stack, yes, values, lists, rest: command.args };
}

function append(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/**
 * Refuses a word that belongs to no option. npm passes such a word on where `--` was forgotten, and takes the option before it.
 *
 * @throws UserError
 */
function requireOptions(name: string, words: readonly string[]): void {
  const stray = words.find(
    (word, index) => !word.startsWith("-") && !/^--?[^=]+$/.test(words[index - 1] ?? ""),
  );
  if (stray === undefined) return;
  throw new UserError(
    `"${stray}" is not an option of \`npm run ${name}\`.`,
    `Options come after --, such as \`npm run ${name} -- --stack ${stray}\`. Nothing was done.`,
  );
}
