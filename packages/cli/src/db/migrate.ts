import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Argument, type Command } from "commander";

import type { AcknowledgedLoss } from "@hosterizer/postgres/migrations/dataLoss";
import { numberOf } from "@hosterizer/postgres/migrations/migration";
import {
  type MigrationState,
  readMigrationState,
} from "@hosterizer/postgres/migrations/migrationState";
import { readMigrations } from "@hosterizer/postgres/migrations/migrationsFolder";
import { UserError } from "@hosterizer/postgres/userError";
import { up } from "../commands/up";
import type { Program } from "../program";
import { replaceFile } from "../stack/replaceFile";
import { configurationName, stackFiles } from "../stack/stackFiles";
import { print, say } from "../terminal";
import { operatorCommand } from "./operatorCommand";
import { renderColumns } from "./screen/renderColumns";
import { width } from "./screen/terminal";
import { connectionAs } from "./stack/connectAs";
import { explainRefusal } from "./stack/explainRefusal";
import { editTarget, migrationTarget, readVersion } from "./stack/schemaVersion";
import { readStackAccess, type StackAccess } from "./stack/stackAccess";

interface Options {
  stack: string;
  yes?: true;
  acknowledge: Record<string, number>;
  json?: true;
}

const actions = ["version", "status", "up", "down", "create"] as const;
type Action = (typeof actions)[number];

/** `npm run db -- migrate`: the guide's Database Migrations, for people who know its commands. */
export function migrate(program: Program): Command {
  return operatorCommand({
    name: "migrate",
    summary: "Show, undo, redo and create migrations",
    details:
      "`up` and `down` set migrationTarget in Pulumi.<stack>.yaml and run `npm run up`, so that the configuration keeps describing " +
      "the database. If the update leaves the schema where it was, for example because it would lose rows without " +
      "an acknowledgement, the configuration is restored.",
    examples: [
      ["npm run db -- migrate version", "the number of the last migration applied"],
      ["npm run db -- migrate status", "every migration, applied or not"],
      ["npm run db -- migrate down", "undo the last one; `down 5` goes down to the fifth"],
      [
        "npm run db -- migrate down 6 --acknowledge public.cost_records=3",
        "accept that three rows of this table are lost",
      ],
      ["npm run db -- migrate up", "apply all; `up 7` goes up to the seventh"],
      ["npm run db -- migrate create add_tags", "a new pair of files"],
    ],
  })
    .addArgument(new Argument("<action>", "what to do").choices(actions))
    .argument("[value]", "a number for up and down, a name for create")
    .option("-y, --yes", "do not ask (stacks other than local)")
    .option(
      "-a, --acknowledge <table=rows>",
      "accept the loss of this many rows; may be repeated",
      addLoss,
      {},
    )
    .option("--json", "status: print JSON instead")
    .action(async (action: Action, value: string | undefined, options: Options) => {
      await run(program, action, value, options);
    });
}

async function run(
  program: Program,
  action: Action,
  value: string | undefined,
  { stack, yes, acknowledge, json }: Options,
): Promise<void> {
  if (value !== undefined && (action === "version" || action === "status"))
    throw new UserError(`${action} takes no value, but got "${value}".`, "Leave it out.");
  switch (action) {
    case "create":
      print(await createMigration(program, value));
      return;
    case "version":
      print(`${await readVersion(await readStackAccess(stack), program)}\n`);
      return;
    case "status":
      print(await listMigrations(await readStackAccess(stack), program, json === true));
      return;
    default: {
      const target = value === undefined ? undefined : parseNumber(value);
      const move = { direction: action, target, acknowledgedLoss: acknowledge };
      process.exitCode = await moveTarget(stack, program, move, yes === true ? ["--yes"] : []);
    }
  }
}

function parseNumber(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new UserError(`"${value}" is not the number of a migration.`, "Name one, such as 5.");
}

function addLoss(text: string, previous: Record<string, number>): Record<string, number> {
  const [, name, count] = /^(.+)=(\d+)$/.exec(text) ?? [];
  if (name === undefined)
    throw new UserError(
      `"${text}" is not of the form table=rows.`,
      "Write it like --acknowledge public.cost_records=3, with the number of rows in the error message.",
    );
  return { ...previous, [name]: Number(count) };
}

/** Which way, how far, and at what loss. */
interface Move {
  direction: "up" | "down";
  /** Number of the last migration that is to be applied. Default: all, or for `down` one less than now. */
  target: number | undefined;
  acknowledgedLoss: AcknowledgedLoss;
}

/**
 * Writes the target into the configuration and runs the update. If that leaves the schema where it was, restores the
 * configuration. Acknowledged losses stay in the configuration only during the update.
 *
 * @returns Pulumi's exit code
 * @throws UserError if the target is not in this direction
 */
export async function moveTarget(
  stack: string,
  program: Program,
  { direction, target, acknowledgedLoss }: Move,
  args: readonly string[],
): Promise<number> {
  const access = await readStackAccess(stack);
  const before = await readVersion(access, program);
  const wanted = target ?? (direction === "down" ? before - 1 : undefined);
  requireDirection(direction, wanted, before);

  const file = stackFiles(stack).tracked;
  const text = await readFile(file, "utf8");
  replaceFile(file, editTarget(text, wanted, acknowledgedLoss));
  let after = before;
  try {
    const code = await up(["--stack", stack, ...args]);
    after = await readVersion(access, program).catch(() => before);
    return code;
  } finally {
    const isThere = after !== before || wanted === before;
    replaceFile(file, isThere ? editTarget(text, wanted, {}) : text);
    if (isThere) say(`${configurationName(stack)} has the new target: commit it.`);
    else say(`The schema is at ${before} as before, and ${configurationName(stack)} is unchanged.`);
  }
}

function requireDirection(
  direction: Move["direction"],
  wanted: number | undefined,
  version: number,
): void {
  if (direction === "up" && (wanted ?? Infinity) >= version) return;
  if (direction === "down" && wanted !== undefined && wanted >= 0 && wanted < version) return;
  const other = direction === "up" ? "down" : "up";
  throw new UserError(
    `The schema is at ${version}, and ${direction} does not lead to ${Math.max(wanted ?? 0, 0)}.`,
    version === 0 ? "No migration is applied." : `Name another number, or use ${other}.`,
  );
}

/**
 * Writes a pair of files with the next number.
 *
 * @returns their paths, a line each
 * @throws DeclarationErrors if the folder has faults; UserError for a name that no migration can have
 */
async function createMigration(
  { migrationsDirectory }: Program,
  name: string | undefined,
): Promise<string> {
  if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new UserError(
      name === undefined
        ? "A new migration needs a name."
        : `"${name}" is not a valid name for a migration.`,
      "Describe what it does in lower-case letters, digits and _: npm run db -- migrate create add_tags",
    );
  }
  const migrations = await readMigrations(migrationsDirectory);
  const number = String((migrations.at(-1)?.number ?? 0) + 1).padStart(6, "0");
  const halves = {
    up: "-- What changes, in statements that name the schema of each object.\n",
    down: "-- What restores the previous schema, in reverse order.\n",
  };
  const paths: string[] = [];
  for (const [half, comment] of Object.entries(halves)) {
    const path = join(migrationsDirectory, `${number}_${name}.${half}.sql`);
    await writeFile(path, comment, { flag: "wx" });
    paths.push(path);
  }
  return paths.map((path) => `${path}\n`).join("");
}

/** Every migration that the database or the folder has, with its state and its faults. */
async function listMigrations(
  access: StackAccess,
  { migrator, owner, migrationsDirectory }: Program,
  json: boolean,
): Promise<string> {
  const state = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    readMigrationState({ connection, owner, directory: migrationsDirectory }),
  );
  const target = migrationTarget(access.stack);
  const migrations = statesOf(state, target ?? Infinity);
  const faults = state.faults.map(({ error }) => error.message);
  if (json) {
    return `${JSON.stringify({ version: state.version, target, migrations, faults }, null, 2)}\n`;
  }
  const rows = migrations.map(({ name, state: is, appliedAt }) => [name, is, appliedAt ?? ""]);
  const columns = [{ title: "Migration" }, { title: "State" }, { title: "Applied" }];
  const table = renderColumns(columns, rows, width(), (text) => text);
  return [table, ...faults].map((part) => `${part}\n`).join("");
}

function statesOf({ applied, pending, faults }: MigrationState, target: number) {
  const faulty = new Map(faults.map(({ name, kind }) => [name, kind]));
  return [
    ...applied.map(({ name, appliedAt }) => ({
      name,
      state: faulty.get(name) ?? (numberOf(name) > target ? "to be undone" : "applied"),
      appliedAt: appliedAt.toISOString(),
    })),
    ...pending.map((name) => ({
      name,
      state: numberOf(name) > target ? "after the target" : "pending",
      appliedAt: null,
    })),
  ];
}
