import { type Command, InvalidArgumentError } from "commander";

import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { rotate } from "./rotate/rotate";

interface Options {
  stack: string;
  grace: number;
  yes?: true;
}

/** How long both logins work by default, in minutes. */
const defaultGrace = 15;

/** `npm run db -- rotate-password`: another password for a role, without downtime. See docs/rotation.md. */
export function rotatePassword(program: Program): Command {
  return operatorCommand({
    name: "rotate-password",
    summary: "Give a role another password, without downtime",
    details:
      "The role gets a second login with a new password. Both work during the grace period, in which applications switch to the " +
      "new one. Then the old one is refused and its sessions are ended. After an interruption, run the same command again: it resumes.",
    examples: [
      [`npm run db -- rotate-password ${program.application}`, "the application's"],
      [
        `npm run db -- rotate-password ${program.application} --grace 0`,
        "others know the old password: refuse it at once",
      ],
    ],
  })
    .argument("<role>", "whose password")
    .option("-g, --grace <minutes>", "how long both work", minutes, defaultGrace)
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
