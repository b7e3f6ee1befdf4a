import { type Command, InvalidArgumentError } from "commander";

import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { rotate } from "./rotate/rotate";

interface Options {
  stack: string;
  grace: number;
  yes?: true;
}

/** How long both logins work where nobody says otherwise, in minutes. */
const usualGrace = 15;

/** `npm run db -- rotate-password`: another password for a role, without downtime. See docs/rotation.md. */
export function rotatePassword(program: Program): Command {
  return operatorCommand({
    name: "rotate-password",
    summary: "Give a role another password, without downtime",
    details:
      "The role gets a second login with a new password; both work for the time of grace, in which applications take up the new " +
      "one. Then the old one is refused and its sessions are ended. Whoever interrupts it goes on with the same command.",
    examples: [
      [`npm run db -- rotate-password ${program.application}`, "the application's"],
      [
        `npm run db -- rotate-password ${program.application} --grace 0`,
        "the old password is known to others: refused at once",
      ],
    ],
  })
    .argument("<role>", "whose password")
    .option("-g, --grace <minutes>", "how long both work", minutes, usualGrace)
    .option("-y, --yes", "do not ask (stacks other than local)")
    .action(async (role: string, { stack, grace, yes }: Options) => {
      await rotate(program, { stack, role, grace: grace * 60_000, yes: yes === true });
    });
}

function minutes(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number <= 10_080) return number;
  throw new InvalidArgumentError("It is a number of minutes, 0 to 10080.");
}
