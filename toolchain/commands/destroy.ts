import { createInterface } from "node:readline/promises";

import { CommandError } from "../commandError";
import { describeLoss } from "../describeLoss";
import { healStack } from "../healing/healStack";
import { readArguments } from "../readArguments";
import { readResources } from "../readResources";
import { removeInstance } from "../removeInstance";
import { openStack } from "../stack/openStack";
import { updateStack } from "../updateStack";

/** `npm run destroy`: removes a stack with all its data, after saying so. */
export async function destroy(args: string[]): Promise<number> {
  const { stack, yes, rest } = readArguments(
    {
      name: "destroy",
      description:
        "Removes everything that the stack has made, its data included. There is no way back.",
      yes: "do not ask",
    },
    args,
  );
  const environment = await openStack(stack);
  const loss = await describeLoss(stack, environment);
  if (loss === undefined) {
    process.stdout.write(`Stack ${stack} has nothing that could be removed.\n`);
    return 0;
  }
  process.stdout.write(`${loss}\n`);
  if (!yes) await confirm(stack);
  await healStack(stack, environment);
  const options = ["--yes", "--skip-preview", ...rest];
  const code = await updateStack(stack, ["destroy", ...options], environment);
  const isEmpty = code === 0 && (await readResources(stack, environment)).length === 0;
  if (isEmpty) await removeInstance(stack);
  return code;
}

async function confirm(stack: string): Promise<void> {
  const nothing = "Nothing was removed.";
  if (!process.stdin.isTTY) {
    throw new CommandError(
      `There is no terminal to ask on. ${nothing}`,
      `To remove it unasked: npm run destroy -- --stack ${stack} --yes`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`Type the stack's name, ${stack}, to remove it: `);
    if (answer.trim() !== stack) {
      throw new CommandError(
        `"${answer}" is not the stack's name. ${nothing}`,
        "Try again to remove it.",
      );
    }
  } finally {
    terminal.close();
  }
}
