import { Command, type CommanderError } from "commander";

import { CommandError } from "../commandError";

const call = "npm run db --";

/** How a command shows itself in `--help`. */
export interface CommandDescription {
  /** As in `npm run db -- <name>`. */
  name: string;
  /** One line, for the list of commands. */
  summary: string;
  /** Besides the summary: what one has to know before using it. */
  details?: string;
  /** Command lines as one would type them, each with what it is good for. */
  examples: readonly (readonly [line: string, purpose: string])[];
  /** Whether it takes `--stack`. Default true. */
  stack?: boolean;
}

/** A command of the operator's, with `--stack`, `--help` with examples, and errors that say what to do. */
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
    .description("What an operator asks of a stack that `npm run up` has brought up.")
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
      // Help that was asked for, or shown because nothing was asked for, is no mistake to explain.
      if (mistake.exitCode === 0 || mistake.code === "commander.help") throw mistake;
      const [fault = "", ...suggestions] = mistake.message.replace(/^error: /, "").split("\n");
      const sentence = `${fault.charAt(0).toUpperCase()}${fault.slice(1).replace(/\.$/, "")}.`;
      const suggestion = suggestions.map((line) => ` ${line.replace(/^\(|\)$/g, "")}`).join("");
      throw new CommandError(`${sentence}${suggestion}`, `\`${help}\` shows what there is.`);
    });
}

function renderExamples(examples: CommandDescription["examples"]): string {
  const lines = examples.map(([line, purpose]) => `  # ${purpose}\n  ${line}`);
  return `\nExamples:\n${lines.join("\n\n")}`;
}
