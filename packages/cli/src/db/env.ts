import type { Command } from "commander";

import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { connectionAs, pooledConnection } from "./stack/connectAs";
import { connectionVariables, shellExports } from "./stack/connectionVariables";
import { readStackAccess, type StackAccess } from "./stack/stackAccess";

interface Options {
  stack: string;
  role: string;
  pooled?: true;
  json?: true;
}

/** `npm run db -- env`: how to connect, as environment variables. Prints a password, which is its purpose. */
export function env(program: Program): Command {
  const { application, tenancy } = program;
  return operatorCommand({
    name: "env",
    summary: "Print how to connect, for a shell to evaluate",
    details:
      "Prints DB_HOST, DB_PORT, DB_USER, DB_PASSWORD, DB_NAME and DB_SSLMODE for applications, DB_SSLROOTCERT if the stack has " +
      "its own certificate authority, DB_CONTEXT_KEY if tenant contexts are signed, and PGHOST, PGPORT … for psql, pg_dump and " +
      "similar tools. This includes the password. With --pooled, the variables point to PgBouncer, which gives a client a connection " +
      "for one transaction at a time.",
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
    .action(async ({ stack, role, pooled, json }: Options) => {
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

/** The key with which an application signs contexts. Only roles that ask for tenants' rows need it. */
function contextVariables(
  role: string,
  { contextKey }: StackAccess,
  { tenantRoles, administratorRoles }: Tenancy,
): Record<string, string> {
  const needsKey = [...tenantRoles, ...administratorRoles].includes(role);
  return contextKey === undefined || !needsKey ? {} : { DB_CONTEXT_KEY: contextKey };
}
