import { UserError } from "@hosterizer/postgres/userError";
import { width } from "../db/screen/terminal";
import { warningLines } from "../db/screen/wrapped";
import { readKnownBackups } from "../dockerStack/backupWarnings";
import { externalEnvironment, restoreMembership } from "../externalStack/externalEnvironment";
import { adoptServer } from "../healing/adopt";
import { requireOwnBackups } from "../healing/ownBackups";
import { healStack } from "../healing/healStack";
import { startInstance } from "../healing/startInstance";
import { readArguments } from "../readArguments";
import { askPulumi } from "../runProgram";
import { openStack } from "../stack/openStack";
import { updateStack } from "../stack/updateStack";
import { print } from "../terminal";

/** `npm run up`: makes a stack what the program declares. */
export async function up(args: string[]): Promise<number> {
  const { stack, yes, values, rest } = readArguments(
    {
      name: "up",
      description:
        "Brings up the stack: its server, the database in it, roles, grants, migrations and row-level security.\n" +
        "A second run changes only what differs. Stack local asks nothing; others show what will change and ask.",
      yes: "do not ask",
      options: {
        adopt:
          "the name of a database on an existing server that is not in the state: it is adopted, with the roles",
        backups:
          "the repository, by its volume or as s3://bucket/path, with backups of a server whose data is gone: a new, empty server is made beside them",
      },
    },
    args,
  );
  const isLocal = stack === "local";
  if (!isLocal && !yes && !process.stdin.isTTY) {
    throw new UserError(
      `There is no terminal to ask whether stack ${stack} may be changed.`,
      `See what would change with \`npm run preview -- --stack ${stack}\`, then run \`npm run up -- --stack ${stack} --yes\`.`,
    );
  }
  const opened = await externalEnvironment(stack, await openStack(stack));
  await healStack(stack, opened);
  const before = { ...opened, ...(await requireOwnBackups(stack, opened, values["backups"])) };
  const unasked = ["--yes", "--skip-preview"];
  const isStarted = await startInstance(stack, before, isLocal || yes ? unasked : []);
  const environment = { ...before, ...(isStarted ? { HOSTERIZER_SERVER_STARTED: "true" } : {}) };
  if (yes) await restoreMembership(stack, environment);
  const { adopt } = values;
  if (adopt !== undefined) await adoptServer(stack, adopt, environment, yes ? unasked : []);
  // A preview of the local stack would double the time, and no one would read it.
  const agreed = isLocal ? unasked : yes ? ["--yes"] : [];
  const code = await updateStack(stack, ["up", ...agreed, ...rest], environment);
  if (code === 0) {
    const outputs = await askPulumi(["stack", "output", "--json", "--stack", stack], environment);
    const values = JSON.parse(outputs) as Record<string, unknown>;
    print(renderConnection(stack, values) ?? "");
    print(await renderBackupWarnings(stack, environment));
  }
  return code;
}

/** Whether what was brought up can be recovered: a warning is no failure of the update. */
async function renderBackupWarnings(
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const known = await readKnownBackups(stack, environment);
  return renderWarnings(known?.warnings ?? [], width());
}

/** Warnings as they end the output of an update. */
export function renderWarnings(warnings: readonly string[], columns: number): string {
  return warnings.length === 0 ? "" : `\n${warningLines(warnings, columns).join("\n")}\n`;
}

/**
 * Where the database of a stack is and how to connect, from the stack's outputs. Leaves passwords out.
 *
 * @returns undefined if nothing is up, as after `up --preview-only` or in a part of a stack
 */
export function renderConnection(
  stack: string,
  outputs: Readonly<Record<string, unknown>>,
): string | undefined {
  const { host, port, database, schemaVersion, sslmode, sslrootcert } = outputs;
  if (host === undefined) return undefined;
  const option = stack === "local" ? "" : ` --stack ${stack}`;
  const facts = {
    host,
    port,
    database,
    "schema version": schemaVersion,
    TLS: sslmode === "disable" ? undefined : sslmode,
    authority: sslrootcert,
  };
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `  ${name.padEnd(16)}${String(value)}\n`);
  return `${lines.join("")}\nConnect:\n  eval "$(npm run -s db -- env${option})"\n  psql\n`;
}
