import { Command, type CommanderError } from "commander";

import { UserError } from "@hosterizer/postgres/userError";
import { say } from "../terminal";

const call = "npm run db --";

/** What `--help` shows of a command. */
export interface CommandDescription {
  /** As in `npm run db -- <name>`. */
  name: string;
  /** One line, for the list of commands. */
  summary: string;
  /** Besides the summary: what to know before using it. */
  details?: string;
  /** Command lines, each with its purpose. */
  examples: readonly (readonly [line: string, purpose: string])[];
  /** Whether it takes `--stack`. Default true. */
  stack?: boolean;
}

/** An operator's command, with `--stack`, examples in `--help`, and errors that say what to do. */
export function operatorCommand({
  name,
  summary,
  details,
  examples,
  stack = true,
}: CommandDescription): Command {
  const command = new Command(name)
    .summary(summary)
    .description(details === undefined ? `${summary}.` : `${summary}.\n\n${details}`)
    .addHelpText("after", renderExamples(examples));
  if (stack) command.option("-s, --stack <stack>", "the stack, as in Pulumi.<stack>.yaml", "local");
  return explainMistakes(command, `${call} ${name} --help`);
}

/** All commands behind one entry. */
export function commandGroup(commands: readonly Command[]): Command {
  const group = new Command(call)
    .usage("<command> [options]")
    .description("Commands for operators of a stack that `npm run up` has deployed.")
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText("after", `\n\`${call} <command> --help\` shows a command's options and examples.`);
  for (const command of commands) group.addCommand(command);
  return explainMistakes(group, `${call} --help`);
}

function explainMistakes(command: Command, help: string): Command {
  return command
    .configureOutput({ outputError: () => undefined })
    .exitOverride((mistake: CommanderError) => {
      // Help is not a mistake, whether the user asked for it or named no command.
      if (mistake.exitCode === 0 || mistake.code === "commander.help") throw mistake;
      const [fault = "", ...suggestions] = mistake.message.replace(/^error: /, "").split("\n");
      const sentence = `${fault.charAt(0).toUpperCase()}${fault.slice(1).replace(/\.$/, "")}.`;
      const suggestion = suggestions.map((line) => ` ${line.replace(/^\(|\)$/g, "")}`).join("");
      throw new UserError(`${sentence}${suggestion}`, `\`${help}\` shows the usage.`);
    });
}

function renderExamples(examples: CommandDescription["examples"]): string {
  const lines = examples.map(([line, purpose]) => `  # ${purpose}\n  ${line}`);
  return `\nExamples:\n${lines.join("\n\n")}`;
}

/** Errors that are written for the user to read. */
const readable: readonly string[] = ["UserError", "DeclarationError", "DeclarationErrors"];

/** Ends the command as failed. Shows the message of an error that is written for the user, and the stack of any other. */
export function showFailure(error: unknown): void {
  const isReadable = error instanceof Error && readable.includes(error.name);
  const text = error instanceof Error ? (isReadable ? error.message : error.stack) : undefined;
  say(text ?? String(error));
  process.exitCode = 1;
}
