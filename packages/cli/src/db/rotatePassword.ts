import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { type Command, InvalidArgumentError } from "commander";

import { hasPassword, type Logins } from "@hosterizer/postgres/access/logins";
import { withClient } from "@hosterizer/postgres/connection/connection";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { UserError } from "@hosterizer/postgres/userError";
import { humanDuration } from "@hosterizer/postgres/humanNumbers";
import { up } from "../commands/up";
import { pins } from "../pins";
import type { Program } from "../program";
import { renderYaml, yaml } from "../stack/configuration";
import { stackEnvironment } from "../stack/stackEnvironment";
import { replaceFile } from "../stack/replaceFile";
import { configurationName, stackFiles } from "../stack/stackFiles";
import { readResources } from "../stack/state";
import { say } from "../terminal";
import { operatorCommand } from "./operatorCommand";
import { requireLogin, requireRefusal } from "./rotate/tryLogin";
import { counted } from "./screen/numbers";
import { connectionAs } from "./stack/connectAs";
import { explainRefusal } from "./stack/explainRefusal";
import { type Credentials, readStackAccess, type StackAccess } from "./stack/stackAccess";

interface Options {
  stack: string;
  grace: number;
  yes?: true;
}

/** How long both logins work by default, in minutes. */
const defaultGrace = 15;

/** `npm run db -- rotate-password`: changes the password of a role, without downtime. See docs/rotation.md. */
export function rotatePassword(program: Program): Command {
  return operatorCommand({
    name: "rotate-password",
    summary: "Change the password of a role, without downtime",
    details:
      "The role gets a second login with a new password. Both work during the grace period, in which applications switch to the " +
      "new one. Then the old one is refused and its sessions are ended. After an interruption, run the same command again: it resumes.",
    examples: [
      [`npm run db -- rotate-password ${program.application}`, "the application's"],
      [
        `npm run db -- rotate-password ${program.application} --grace 0`,
        "the old password has leaked: refuse it at once",
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
  throw new InvalidArgumentError("It must be a number of minutes, 0 to 10080.");
}

/** What is rotated, and how. */
interface Rotation {
  stack: string;
  role: string;
  /** How long both logins work, in milliseconds. 0 ends the old one at once. */
  grace: number;
  /** Whether to skip the confirmation. */
  yes: boolean;
}

/**
 * Gives a role a new login, lets both work for a while, and ends the old one with its sessions.
 *
 * Each of the two steps edits Pulumi.<stack>.yaml and runs the update, so that the same command resumes after an interruption.
 *
 * @throws UserError if an update fails, the new login is refused, or applications still use the old one
 */
export async function rotate(program: Program, rotation: Rotation): Promise<void> {
  const { stack, role, grace } = rotation;
  const names = program.roles.filter(hasPassword).map(({ name }) => name);
  if (!names.includes(role)) {
    throw new UserError(
      `"${role}" is not a role that logs in with a password.`,
      `These are: ${names.join(", ")}.`,
    );
  }
  const before = await readStackAccess(stack);
  await addLogin(rotation);

  const access = await readStackAccess(stack);
  const fresh = credentialsOf(role, access);
  const old = access.previous?.[role] ?? credentialsOf(role, before);
  await requireLogin(role, access, program, fresh);
  say(`${role} logs in as ${fresh.user} from now on; ${old.user} works, too.`);
  if (grace > 0) {
    const option = stack === "local" ? "" : ` --stack ${stack}`;
    say(
      `Hand it to your applications: \`npm run -s db -- env --role ${role}${option} --json\`. ` +
        `They have ${humanDuration(grace / 1000)} in all.`,
    );
    await waitForClients({ old: old.user, fresh: fresh.user }, access, program, grace);
  }

  await endOldLogin(rotation);
  await requireLogin(role, access, program, fresh);
  await requireRefusal(role, access, program, old);
  say(
    `The old password of ${role} is refused, and ${old.user} has no session. ` +
      `${configurationName(stack)} has the new login: commit it.`,
  );
}

/** From here on both logins work. */
async function addLogin({ stack, role, yes }: Rotation): Promise<void> {
  const file = stackFiles(stack).tracked;
  const text = await readFile(file, "utf8");
  const [old = 0, second] = loginsOf(text, role);
  const isResumed = second !== undefined;
  if (isResumed) say(`Resuming the rotation of ${role} that was started before.`);
  else replaceFile(file, editLogins(text, role, [old, old + 1]));

  const restoreFile = async () => {
    const isRestored = !isResumed && !(await hasLogin(stack, role, old + 1));
    if (isRestored) replaceFile(file, text);
    return isRestored;
  };
  const code = await upWith(stack, yes || isResumed).catch(async (error: unknown) => {
    await restoreFile();
    throw error;
  });
  if (code === 0) return;
  throw new UserError(
    `${role} has no new login: the update failed. ` +
      ((await restoreFile())
        ? `${configurationName(stack)} is as before.`
        : `${configurationName(stack)} lists both logins, and the old one works.`),
    "See above, then run the same command again.",
  );
}

/** How often sessions are counted, in milliseconds. */
const interval = 60_000;

/** The two logins of a role during its rotation. */
interface LoginPair {
  old: string;
  fresh: string;
}

/**
 * Waits while applications switch to the new login, and reports once a minute how many sessions each login has.
 *
 * @param grace in milliseconds
 * @throws UserError if an application has used the old login in the last third of the grace period: it would be locked out
 */
export async function waitForClients(
  { old, fresh }: LoginPair,
  access: StackAccess,
  program: Program,
  grace: number,
): Promise<void> {
  const end = Date.now() + grace;
  while (Date.now() < end) {
    await sleep(Math.min(interval, end - Date.now()));
    const found = await countSessions(access, program, [old, fresh], 0);
    const count = (login: string) => `${login} ${counted(found[login]?.all ?? 0, "session")}`;
    const left = humanDuration(Math.max(0, end - Date.now()) / 1000);
    say(`  ${count(old)}, ${count(fresh)}; ${left} left`);
  }
  const recent = (await countSessions(access, program, [old], grace / 3))[old]?.recent ?? 0;
  if (recent === 0) return;
  throw new UserError(
    `${old} has ${counted(recent, "session")} that began in the last ${humanDuration(grace / 3000)}: ` +
      "an application still logs in with the old password, and would be locked out.",
    "Both logins work. Give it the new one and run the same command again; --grace 0 ends the old one at once.",
  );
}

/** How many sessions a login has. */
interface Sessions {
  all: number;
  recent: number;
}

/**
 * Counts the sessions of logins in all databases, as the monitoring role, which sees when they began.
 *
 * @param period Sessions that began within it, up to now, are recent. In milliseconds.
 */
function countSessions(
  access: StackAccess,
  { monitor }: Program,
  logins: readonly string[],
  period: number,
): Promise<Record<string, Sessions>> {
  return explainRefusal(access, connectionAs(monitor, access), (connection) =>
    withClient(connection, "rotate-password", async (client) => {
      const { rows } = await client.query<Sessions & { login: string }>(
        `select l.login,
                count(a.pid)::int4 as all,
                count(a.pid) filter (
                  where a.backend_start > pg_catalog.clock_timestamp() - $2 * interval '1 millisecond'
                )::int4 as recent
           from pg_catalog.unnest($1::text[]) as l (login)
           left join pg_catalog.pg_stat_activity as a on a.usename = l.login
          group by l.login`,
        [logins, period],
      );
      return Object.fromEntries(rows.map(({ login, all, recent }) => [login, { all, recent }]));
    }),
  );
}

/** From here on only the new login works. */
async function endOldLogin({ stack, role }: Rotation): Promise<void> {
  const file = stackFiles(stack).tracked;
  const text = await readFile(file, "utf8");
  const [fresh = 0] = loginsOf(text, role).slice(-1);
  replaceFile(file, editLogins(text, role, [fresh]));
  if ((await upWith(stack, true)) === 0) return;
  throw new UserError(
    `The update that ends the old login of ${role} failed.`,
    `${configurationName(stack)} lists only the new one: \`${npmCommand("up", [], stack)}\` resumes.`,
  );
}

/** @param agreed Whether the user has agreed already: then a preview of the one login would only take time. */
function upWith(stack: string, agreed: boolean): Promise<number> {
  const unasked = agreed && stack !== "local" ? ["--yes", "--skip-preview"] : [];
  return up(["--stack", stack, ...unasked]);
}

/** Whether a failed update got as far as a login's password. After that the rotation can only be completed. */
async function hasLogin(stack: string, role: string, number: number): Promise<boolean> {
  const resources = await readResources(stack, stackEnvironment(stack));
  const password = resources.find(({ urn }) => urn.endsWith(`:Password::role-${role}`));
  return Number(password?.inputs?.["newest"] ?? 0) >= number;
}

function credentialsOf(role: string, { logins, passwords }: StackAccess): Credentials {
  return { user: logins?.[role] ?? role, password: passwords[role] ?? "" };
}

const loginsKey = `${pins.project}:logins`;

/** The numbers of the role's logins in the text of a Pulumi.<stack>.yaml. */
function loginsOf(text: string, role: string): readonly number[] {
  const { config = {} } = (yaml().parse(text) ?? {}) as { config?: Record<string, unknown> };
  const logins = (config[loginsKey] ?? {}) as Logins;
  // `pulumi config set` writes numbers as text.
  return (logins[role] ?? [0]).map(Number);
}

/** The same text with other logins of the role. Leaves everything else as it is, comments too. */
function editLogins(text: string, role: string, numbers: readonly number[]): string {
  const document = yaml().parseDocument(text);
  document.setIn(["config", loginsKey, role], document.createNode(numbers, { flow: true }));
  return renderYaml(document);
}
