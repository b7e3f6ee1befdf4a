import { readFile, writeFile } from "node:fs/promises";

import { hasPassword } from "@hosterizer/postgres/access/logins";
import { CommandError } from "../../commandError";
import { up } from "../../commands/up";
import type { Program } from "../../program";
import { readResources } from "../../stack/state";
import { say } from "../../terminal";
import { stackFiles } from "../../stack/stackFiles";
import { stackEnvironment } from "../../stack/stackEnvironment";
import { humanDuration } from "../screen/humanDuration";
import { readStackAccess } from "../stack/readStackAccess";
import type { Credentials, StackAccess } from "../stack/stackAccess";
import { upCommand } from "../stack/upCommand";
import { editLogins, loginsOf } from "./loginsOf";
import { refusal, type Way, waysIn } from "./tryLogin";
import { waitForClients } from "./waitForClients";

/** What is rotated, and how carefully. */
export interface Rotation {
  stack: string;
  role: string;
  /** How long both logins work, in milliseconds. 0: the old one is over at once. */
  grace: number;
  /** Whether nobody is asked. */
  yes: boolean;
}

/**
 * Gives a role a new login, lets both work for a while, and ends the old one with its sessions.
 *
 * Each of the two steps is an update to what Pulumi.<stack>.yaml says by then, so that whoever is interrupted goes on with
 * the same command.
 *
 * @throws CommandError if an update fails, the new login does not get in, or applications still use the old one
 */
export async function rotate(program: Program, rotation: Rotation): Promise<void> {
  const { stack, role, grace } = rotation;
  const names = program.roles.filter(hasPassword).map(({ name }) => name);
  if (!names.includes(role)) {
    const remedy = `There are ${names.join(", ")}.`;
    throw new CommandError(`"${role}" is no role that logs in with a password.`, remedy);
  }
  const before = await readStackAccess(stack);
  await begin(rotation);

  const access = await readStackAccess(stack);
  const fresh = credentialsOf(role, access);
  const old = access.previous?.[role] ?? credentialsOf(role, before);
  await requireEntry(program, role, access, fresh);
  say(`${role} logs in as ${fresh.user} from now on; ${old.user} works, too.`);
  if (grace > 0) {
    const option = stack === "local" ? "" : ` --stack ${stack}`;
    say(
      `Hand it to your applications: \`npm run -s db -- env --role ${role}${option} --json\`. ` +
        `They have ${humanDuration(grace / 1000)} in all.`,
    );
    await waitForClients({ old: old.user, fresh: fresh.user }, access, program, grace);
  }

  await end(rotation);
  await requireEntry(program, role, access, fresh);
  await requireRefusal(program, role, access, old);
  say(
    `The old password of ${role} is refused, and ${old.user} has no session. ` +
      `Pulumi.${stack}.yaml says so from now on: commit it.`,
  );
}

/** Both logins work. */
async function begin({ stack, role, yes }: Rotation): Promise<void> {
  const file = stackFiles(stack).tracked;
  const text = await readFile(file, "utf8");
  const [old = 0, second] = loginsOf(text, role);
  const goesOn = second !== undefined;
  if (goesOn) say(`A rotation of ${role} was begun before, and goes on.`);
  else await writeFile(file, editLogins(text, role, [old, old + 1]));

  const putBack = async () => {
    const isUndone = !goesOn && !(await hasLogin(stack, role, old + 1));
    if (isUndone) await writeFile(file, text);
    return isUndone;
  };
  const code = await upWith(stack, yes || goesOn).catch(async (error: unknown) => {
    await putBack();
    throw error;
  });
  if (code === 0) return;
  throw new CommandError(
    `${role} has no new login: the update failed. ` +
      ((await putBack())
        ? `Pulumi.${stack}.yaml is as before.`
        : `Pulumi.${stack}.yaml asks for both logins, and the old one works.`),
    "See above, and run the same command again.",
  );
}

/** The new login alone works. */
async function end({ stack, role }: Rotation): Promise<void> {
  const file = stackFiles(stack).tracked;
  const text = await readFile(file, "utf8");
  const [fresh = 0] = loginsOf(text, role).slice(-1);
  await writeFile(file, editLogins(text, role, [fresh]));
  if ((await upWith(stack, true)) === 0) return;
  throw new CommandError(
    `The update that ends the old login of ${role} failed.`,
    `Pulumi.${stack}.yaml asks for the new one alone: \`${upCommand(stack)}\` goes on.`,
  );
}

function upWith(stack: string, yes: boolean): Promise<number> {
  return up(["--stack", stack, ...(yes && stack !== "local" ? ["--yes"] : [])]);
}

/** Whether an update that has failed got as far as a login's password: from then on there is no way back. */
async function hasLogin(stack: string, role: string, number: number): Promise<boolean> {
  const resources = await readResources(stack, stackEnvironment(stack));
  const password = resources.find(({ urn }) => urn.endsWith(`:Password::role-${role}`));
  return Number(password?.inputs?.["newest"] ?? 0) >= number;
}

function credentialsOf(role: string, { logins, passwords }: StackAccess): Credentials {
  return { user: logins?.[role] ?? role, password: passwords[role] ?? "" };
}

async function requireEntry(
  program: Program,
  role: string,
  access: StackAccess,
  by: Credentials,
): Promise<void> {
  for (const way of waysIn(role, access, program)) {
    const said = await refusal(way, by);
    if (said === undefined) continue;
    throw new CommandError(
      `The new login of ${role} does not get in at ${addressOf(way)}: ${said}`,
      `\`npm run drift -- --stack ${access.stack}\` shows what differs from the stack.`,
    );
  }
}

async function requireRefusal(
  program: Program,
  role: string,
  access: StackAccess,
  by: Credentials,
): Promise<void> {
  for (const way of waysIn(role, access, program)) {
    if ((await refusal(way, by)) !== undefined) continue;
    throw new CommandError(
      `The old password of ${role} still gets in at ${addressOf(way)}.`,
      `\`npm run drift -- --stack ${access.stack}\` shows what differs from the stack.`,
    );
  }
}

function addressOf({ connection: { host, port } }: Way): string {
  return `${host}:${String(port)}`;
}
