import { readFile } from "node:fs/promises";

import { trapMark } from "./plantTraps";

/** A trap that was sprung: by which login, and with which rights. */
export interface SprungTrap {
  login: string;
  /** As whom it could act: the login itself, unless the server kept it from going back to that. */
  role: string;
  superuser: boolean;
  what: string;
}

/** Every sprung trap in a server's log. */
export async function sprungTraps(log: string): Promise<SprungTrap[]> {
  return readSprungTraps(await readFile(log, "utf8"));
}

/** The same, in the text of a log. */
export function readSprungTraps(text: string): SprungTrap[] {
  const line = new RegExp(
    `${trapMark} login=(\\S+) role=(\\S+) superuser=(on|off) \\((.*?)\\)`,
    "g",
  );
  return [...text.matchAll(line)].map(([, login = "", role = "", superuser, what = ""]) => ({
    login,
    role,
    superuser: superuser === "on",
    what,
  }));
}

/** One line for each login and trap, for a test's message. */
export function summarize(traps: readonly SprungTrap[]): string[] {
  return [
    ...new Set(
      traps.map(
        ({ login, superuser, what }) => `${login}${superuser ? " as a superuser" : ""}: ${what}`,
      ),
    ),
  ].sort();
}
