import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Connection } from "@hosterizer/postgres/connection/connection";

const run = promisify(execFile);

/** The roles of a server without their passwords, and a database without its rows, as pg_dump writes them. */
export async function dumpSchema(connection: Connection): Promise<string> {
  const { host, port, database, user, password = "" } = connection;
  const env = { ...process.env, PGPASSWORD: password };
  const address = ["--no-password", "--host", host, "--port", String(port), "--username", user];
  const roles = ["--roles-only", "--no-role-passwords", "--database", database];
  const texts = await Promise.all([
    run("pg_dumpall", [...address, ...roles], { env }),
    run("pg_dump", [...address, "--schema-only", "--create", database], { env }),
  ]);
  return withoutRun(texts.map(({ stdout }) => stdout).join("\n"));
}

/** Drops lines that vary between minor versions or say nothing about the database. */
function withoutRun(text: string): string {
  const lines = text
    .split("\n")
    .filter((line) => !/^(--$|SET |\\|-- Dumped |SELECT pg_catalog\.set_config)/.test(line));
  return inOrder(lines)
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim()
    .concat("\n");
}

const grant = /^(GRANT|ALTER ROLE \S+ IN DATABASE|ALTER DEFAULT PRIVILEGES .* GRANT) /;

/** pg_dump writes roles in the order of their creation, and an update creates them in parallel. */
function inOrder(lines: readonly string[]): string[] {
  const ordered: string[] = [];
  let grants: string[] = [];
  for (const line of lines) {
    if (grant.test(line)) {
      grants.push(line);
      continue;
    }
    ordered.push(...grants.sort(), withRolesInOrder(line));
    grants = [];
  }
  return [...ordered, ...grants.sort()];
}

function withRolesInOrder(line: string): string {
  const [, policy, roles, rest] = /^(CREATE POLICY .*? TO )(.*?)( USING .*)$/.exec(line) ?? [];
  if (policy === undefined || roles === undefined || rest === undefined) return line;
  return `${policy}${roles.split(", ").sort().join(", ")}${rest}`;
}

/** The major version of the pg_dump on the PATH: others write the same database differently. */
export async function majorOfDump(): Promise<number> {
  const { stdout } = await run("pg_dump", ["--version"]);
  return Number(/\b(\d+)\./.exec(stdout)?.[1]);
}
