import { spawn } from "node:child_process";
import { constants } from "node:os";

import { type Command, Option } from "commander";

import { type Connection, requireProof } from "@hosterizer/postgres/connection/connection";
import { libpqEnvironment } from "@hosterizer/postgres/connection/libpqEnvironment";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { connectionAs } from "./stack/connectAs";
import { readStackAccess } from "./stack/stackAccess";
import { customerId, type TenantContext, tenantOptions } from "./stack/tenantContext";

interface Options {
  stack: string;
  role?: string;
  customer?: string;
  administrator?: true;
  command?: string[];
}

/** `npm run db -- psql`: psql on the database of a stack, as any login role, in the context of any customer. */
export function psql(program: Program): Command {
  return operatorCommand({
    name: "psql",
    summary: "Open psql, as the application or another role",
    details:
      "Without a tenant context row-level security shows no tenant's rows. Arguments after -- go to psql as they are, and the " +
      "command ends with psql's exit code.",
    examples: [
      ["npm run db -- psql --customer 42", "see what customer 42 sees"],
      ['npm run -s db -- psql --administrator -c "select count(*) from sites"', "one answer"],
      ["npm run db -- psql --role hosterizer_migrator", "as another role"],
      ["npm run -s db -- psql --administrator -- --csv -f report.sql", "psql's own options"],
    ],
  })
    .argument("[arguments...]", "for psql, after --")
    .option("-r, --role <role>", `the login role (default: "${program.application}")`)
    .option("--customer <id>", "see this customer's rows", customerId)
    .addOption(new Option("--administrator", "see every customer's rows").conflicts("customer"))
    .option("-c, --command <sql>", "run this and exit; may be repeated", append)
    .action(async (rest: string[], options: Options) => {
      const access = await readStackAccess(options.stack);
      const context = contextOf(options);
      const connection = connectionAs(options.role ?? defaultRole(context, program), access);
      await requireProof(connection);
      const commands = (options.command ?? []).flatMap((sql) => ["-c", sql]);
      const settings = context && tenantOptions(context, access.contextKey);
      process.exitCode = await runPsql([...commands, ...rest], connection, settings);
    });
}

function append(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function contextOf({ customer, administrator }: Options): TenantContext | undefined {
  if (administrator) return { kind: "administrator" };
  return customer === undefined ? undefined : { kind: "customer", id: customer };
}

/** The application's role, unless administrators have their own. */
function defaultRole(
  context: TenantContext | undefined,
  { application, tenancy }: Program,
): string {
  const needsRole = context?.kind === "administrator" && tenancy.administrators === "role";
  return (needsRole ? tenancy.administratorRoles[0] : undefined) ?? application;
}

/**
 * Runs psql on this terminal. It gets the password in its environment: every user of the machine can read its arguments.
 *
 * @param options for PGOPTIONS
 * @returns psql's exit code
 * @throws UserError if psql is not installed
 */
export async function runPsql(
  args: readonly string[],
  connection: Connection,
  options?: string,
): Promise<number> {
  const child = spawn("psql", args, {
    stdio: "inherit",
    env: {
      ...libpqEnvironment(connection),
      ...(options === undefined ? {} : { PGOPTIONS: options }),
    },
  });
  // In psql Ctrl+C cancels a statement and does not end the session.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => {
        reject(error.code === "ENOENT" ? notInstalled() : error);
      });
      child.once("exit", (code, signal) => {
        // A shell's convention for signals.
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    process.off("SIGINT", ignore);
  }
}

function notInstalled(): UserError {
  return new UserError(
    "psql is not installed, or not on the PATH.",
    "Install PostgreSQL's client: `apt install postgresql-client` on Debian and Ubuntu; on macOS `brew install libpq`,\n" +
      "then `brew link --force libpq`.",
  );
}
