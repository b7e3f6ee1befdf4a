import { type Command, Option } from "commander";

import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { runPsql } from "./runPsql";
import { connectionAs } from "./stack/connectionAs";
import { readStackAccess } from "./stack/readStackAccess";
import { customerId, type TenantContext, tenantOptions } from "./stack/tenantContext";

interface PsqlOptions {
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
      "Without a tenant context row-level security shows no tenant's rows. What follows -- goes to psql as it is, and psql's " +
      "exit code is the command's.",
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
    .option("-c, --command <sql>", "run this and end; may be repeated", addTo)
    .action(async (rest: string[], options: PsqlOptions) => {
      const access = await readStackAccess(options.stack);
      const context = contextOf(options);
      const connection = connectionAs(options.role ?? defaultRole(context, program), access);
      const commands = (options.command ?? []).flatMap((sql) => ["-c", sql]);
      const settings = context && tenantOptions(context, access.contextKey);
      process.exitCode = await runPsql([...commands, ...rest], connection, settings);
    });
}

function contextOf({ customer, administrator }: PsqlOptions): TenantContext | undefined {
  if (administrator) return { kind: "administrator" };
  return customer === undefined ? undefined : { kind: "customer", id: customer };
}

/** Where administrators have a role of their own, the application's can't be one. */
function defaultRole(
  context: TenantContext | undefined,
  { application, tenancy }: Program,
): string {
  const needsRole = context?.kind === "administrator" && tenancy.administrators === "role";
  return (needsRole ? tenancy.administratorRoles[0] : undefined) ?? application;
}

function addTo(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}
