import { setTimeout as sleep } from "node:timers/promises";

import { CommandError } from "../../commandError";
import type { Program } from "../../program";
import { say } from "../../terminal";
import { counted } from "../screen/counted";
import { humanDuration } from "../screen/humanDuration";
import type { StackAccess } from "../stack/stackAccess";
import { sessionsOf } from "./sessionsOf";

/** How often it is looked who is logged in, in milliseconds. */
const interval = 60_000;

/** The two logins of a role that work by now. */
export interface Pair {
  old: string;
  fresh: string;
}

/**
 * Lets the time pass in which applications take up the new login.
 *
 * @param grace in milliseconds
 * @throws CommandError if somebody has logged in with the old one in the last third of it: that one would be shut out
 */
export async function waitForClients(
  { old, fresh }: Pair,
  access: StackAccess,
  program: Program,
  grace: number,
): Promise<void> {
  const end = Date.now() + grace;
  while (Date.now() < end) {
    await sleep(Math.min(interval, end - Date.now()));
    const found = await sessionsOf(access, program, [old, fresh], 0);
    const count = (login: string) => `${login} ${counted(found[login]?.all ?? 0, "session")}`;
    const left = humanDuration(Math.max(0, end - Date.now()) / 1000);
    say(`  ${count(old)}, ${count(fresh)}; ${left} left`);
  }
  const late = (await sessionsOf(access, program, [old], grace / 3))[old]?.young ?? 0;
  if (late === 0) return;
  throw new CommandError(
    `${old} has ${counted(late, "session")} that began in the last ${humanDuration(grace / 3000)}: ` +
      "an application still logs in with the old password, and would be shut out.",
    "Both work. Give it the new one, and run the same command again; with --grace 0 the old one is over at once.",
  );
}
