import { existsSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

import { type Command, Option } from "commander";

import { ClientProgramError, requireProgram } from "@hosterizer/postgres/backup/clientProgram";
import { alreadyThere, dump as writeDump } from "@hosterizer/postgres/backup/dump";
import { withClient } from "@hosterizer/postgres/connection/connection";
import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "../folders";
import type { Program } from "../program";
import { lateProgress, say } from "../terminal";
import { operatorCommand } from "./operatorCommand";
import { humanBytes, humanDuration } from "./screen/numbers";
import { connectionAs } from "./stack/connectAs";
import { explainRefusal } from "./stack/explainRefusal";
import { readStackAccess } from "./stack/stackAccess";

interface Options {
  stack: string;
  schemaOnly?: true;
  dataOnly?: true;
  table?: string[];
  file?: string;
}

/** Where dumps lie unless the user names a file. Git ignores it. */
const defaultFolder = "dumps";

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
    ],
  })
    .addOption(new Option("--schema-only", "leave out the rows").conflicts("dataOnly"))
    .option("--data-only", "leave out the definitions")
    .option("-t, --table <table>", "only this table, as schema.table; may be repeated", append)
    .option("-f, --file <file>", `where to write it (default: a new file in ${defaultFolder}/)`)
    .action(async (options: Options) => {
      await run(program, options);
    });
}

function append(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

async function run(program: Program, options: Options): Promise<void> {
  const { stack, table: tables = [] } = options;
  const file = options.file === undefined ? newFile(stack) : fromUser(options.file);
  if (options.file !== undefined && !existsSync(dirname(file))) {
    throw new UserError(
      `The folder ${dirname(file)} does not exist.`,
      "Make it, or name another file.",
    );
  }
  if (existsSync(file)) throw alreadyThere(file);
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
  await requireProgram("pg_dump", major);
  if (options.file === undefined) await mkdir(dirname(file), { recursive: true });

  const began = Date.now();
  const progress = lateProgress((name: string) => `writing ${name}`);
  const only = options.schemaOnly ? "schema" : options.dataOnly ? "data" : undefined;
  try {
    await writeDump(
      connection,
      file,
      { only, tables, withoutTables: await unreadable(program, tables) },
      progress,
    );
  } catch (error) {
    if (!(error instanceof ClientProgramError)) throw error;
    throw new UserError(
      `The dump failed. ${error.message}`,
      `Nothing is left of it: ${file} was not written.`,
      { cause: error },
    );
  }
  const { size } = await stat(file);
  say(`${shown(file)}: ${humanBytes(size)}, ${humanDuration((Date.now() - began) / 1000)}`);
}

/** The role for backups: it sees every row. */
export function backupRole({ tenancy }: Pick<Program, "tenancy">): string {
  const [role] = tenancy.backupRoles;
  if (role !== undefined) return role;
  throw new UserError(
    "No role reads every row: a dump would be incomplete.",
    "Declare one in backupRoles of database/tenancy.ts, and run the update.",
  );
}

/** The signing keys are secrets: no role but their own functions may read them. */
async function unreadable({ tenancyUpTo }: Program, tables: readonly string[]): Promise<string[]> {
  if (tables.length > 0) return [];
  return (await tenancyUpTo()).context === "signed" ? ["tenancy.signing_keys"] : [];
}

/** The user may have called npm in another folder than the project's. */
export function fromUser(file: string): string {
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
}

function newFile(stack: string): string {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  return join(folders.project, defaultFolder, `${stack}-${moment}Z.dump`);
}

/** A path as the user can copy it in the folder where npm was called. */
function shown(file: string): string {
  const path = relative(process.env["INIT_CWD"] ?? process.cwd(), file);
  return path.startsWith("..") ? file : path;
}
