import type { Command } from "commander";

import type { Program } from "../program";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { operatorCommand } from "./operatorCommand";
import { connectionAs } from "./stack/connectionAs";
import { connectionVariables } from "./stack/connectionVariables";
import { pooledConnection } from "./stack/pooledConnection";
import { readStackAccess } from "./stack/readStackAccess";
import type { StackAccess } from "./stack/stackAccess";
import { shellExports } from "./stack/shellExports";

interface EnvOptions {
  stack: string;
  role: string;
  pooled?: true;
  json?: true;
}

/** `npm run db -- env`: how to connect, as environment variables. Prints a password, which is what it is for. */
export function env(program: Program): Command {
  const { application, tenancy } = program;
  return operatorCommand({
    name: "env",
    summary: "Print how to connect, for a shell to evaluate",
    details:
      "The variables are DB_HOST, DB_PORT, DB_USER, DB_PASSWORD, DB_NAME and DB_SSLMODE for applications, DB_SSLROOTCERT " +
      "where the server is known by a file, DB_CONTEXT_KEY where tenants' contexts are signed, and PGHOST, PGPORT … for psql, pg_dump and their like. The password is among them. " +
      "With --pooled they lead to PgBouncer, which gives a client a connection for one transaction at a time.",
    examples: [
      ['eval "$(npm run -s db -- env)"', `into this shell, as ${application}`],
      ['eval "$(npm run -s db -- env --role app_readonly)"', "as another role"],
      [
        'eval "$(npm run -s db -- env --stack dev --pooled)"',
        "through the pooler of a stack that has one",
      ],
      ["npm run -s db -- env --json", "for a program"],
    ],
  })
    .option("-r, --role <role>", "the login role", application)
    .option("--pooled", "through the pooler")
    .option("--json", "print a JSON object instead")
    .action(async ({ stack, role, pooled, json }: EnvOptions) => {
      const access = await readStackAccess(stack);
      const connection = pooled
        ? pooledConnection(role, access, program)
        : connectionAs(role, access);
      const variables = {
        ...connectionVariables(connection),
        ...contextVariables(role, access, tenancy),
      };
      const text = json ? `${JSON.stringify(variables, null, 2)}\n` : shellExports(variables);
      process.stdout.write(text);
    });
}

/** What an application signs contexts with. Roles that ask for no tenant's rows have no use for it. */
function contextVariables(
  role: string,
  { contextKey }: StackAccess,
  tenancy: Tenancy,
): Record<string, string> {
  const asks = [...tenancy.tenantRoles, ...tenancy.administratorRoles].includes(role);
  return contextKey === undefined || !asks ? {} : { DB_CONTEXT_KEY: contextKey };
}
