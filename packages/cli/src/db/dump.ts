import { type Command, InvalidArgumentError, Option } from "commander";

import { ClientProgramError } from "@hosterizer/postgres/backup/clientProgram";
import { dump as writeDump } from "@hosterizer/postgres/backup/dump";
import { withClient } from "@hosterizer/postgres/connection/connection";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../program";
import { lateProgress, say } from "../terminal";
import { withClientPrograms } from "./dump/clientPrograms";
import { dumpOneCustomer } from "./dump/dumpOneCustomer";
import { defaultFolder, describeDump, dumpFile, makeDefaultFolder } from "./dump/dumpFile";
import { operatorCommand } from "./operatorCommand";
import { backupRole } from "./stack/backupRole";
import { connectionAs } from "./stack/connectAs";
import { explainRefusal } from "./stack/explainRefusal";
import { readStackAccess } from "./stack/stackAccess";
import { customerId } from "./stack/tenantContext";

interface Options {
  stack: string;
  schemaOnly?: true;
  dataOnly?: true;
  table?: string[];
  customer?: string;
  jobs?: number;
  file?: string;
}

/** `npm run db -- dump`: the guide's Backup, full, schema or data. See docs/dump-and-load.md. */
export function dump(program: Program): Command {
  return operatorCommand({
    name: "dump",
    summary: "Write the database, or a part of it, into a file",
    details:
      "The file is pg_dump's own custom format: `npm run db -- restore` loads it, and so does pg_restore. It is one snapshot, made by the " +
      "role for backups, which sees every tenant's rows: keep it as safe as the database. It has no role, no password and no signing key.",
    examples: [
      ["npm run db -- dump", "everything, into dumps/"],
      ["npm run db -- dump --stack prod --file /backup/prod.dump", "another stack, another file"],
      ["npm run db -- dump --data-only --table public.sites", "the rows of one table"],
      ["npm run db -- dump --schema-only", "the definitions alone"],
      ["npm run db -- dump --jobs 4", "a large database, four tables at a time, into a folder"],
      ["npm run db -- dump --customer 42", "one customer's rows of all tenant tables"],
    ],
  })
    .addOption(new Option("--schema-only", "leave out the rows").conflicts("dataOnly"))
    .option("--data-only", "leave out the definitions")
    .option("-t, --table <table>", "only this table, as schema.table; may be repeated", append)
    .addOption(
      new Option("--customer <id>", "only this customer's rows, and the users that they refer to")
        .argParser(customerId)
        .conflicts(["schemaOnly", "dataOnly", "table"]),
    )
    .addOption(
      new Option("-j, --jobs <number>", "write so many tables at a time, into a folder")
        .argParser(jobCount)
        .conflicts("customer"),
    )
    .option("-f, --file <file>", `where to write it (default: a new file in ${defaultFolder}/)`)
    .action(async (options: Options) => {
      const { stack, customer, file } = options;
      if (customer === undefined) await run(program, options);
      else await dumpOneCustomer(program, { stack, customer, file });
    });
}

function append(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** Each has a session of its own. @throws InvalidArgumentError, to which commander adds the option's name */
function jobCount(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number from 1 to 99.");
}

async function run(program: Program, options: Options): Promise<void> {
  const { stack, table: tables = [] } = options;
  const file = dumpFile(options.file, stack);
  const access = await readStackAccess(stack);
  const connection = connectionAs(backupRole(program), access);
  const { major, missing } = await explainRefusal(access, connection, () =>
    withClient(connection, "dump", async (client) => {
      const { rows } = await client.query<{ major: number; missing: string[] }>(
        `select pg_catalog.current_setting('server_version_num')::int4 / 10000 as major,
                array(select w.name
                        from pg_catalog.unnest($1::text[]) as w (name)
                       where not exists (
                             select from pg_catalog.pg_class as c
                               join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                              where n.nspname || '.' || c.relname = w.name
                                and c.relkind in ('r', 'p', 'm'))) as missing`,
        [tables],
      );
      return rows[0] ?? { major: 0, missing: [] };
    }),
  );
  if (missing.length > 0) {
    throw new UserError(
      `--table: ${missing.map((name) => `"${name}"`).join(", ")} ${missing.length === 1 ? "is not a table" : "are not tables"} of stack ${stack}.`,
      "Name a table with its schema, such as public.sites.",
    );
  }
  const began = Date.now();
  const progress = lateProgress((name: string) => `writing ${name}`);
  const only = options.schemaOnly ? "schema" : options.dataOnly ? "data" : undefined;
  const withoutTables = await unreadable(program, tables);
  try {
    await withClientPrograms(stack, ["pg_dump"], major, async (runProgram) => {
      if (options.file === undefined) await makeDefaultFolder();
      const { jobs } = options;
      await writeDump(
        connection,
        file,
        { only, tables, withoutTables, jobs },
        progress,
        runProgram,
      );
    });
  } catch (error) {
    if (!(error instanceof ClientProgramError)) throw error;
    throw new UserError(
      `The dump failed. ${error.message}`,
      `Nothing is left of it: ${file} was not written.`,
      { cause: error },
    );
  }
  say(await describeDump(file, began));
}

/** The signing keys are secrets: no role but their own functions may read them. */
export async function unreadable(
  { tenancyUpTo }: Program,
  tables: readonly string[],
): Promise<string[]> {
  if (tables.length > 0) return [];
  return (await tenancyUpTo()).context === "signed" ? ["tenancy.signing_keys"] : [];
}
