import { Argument, type Command } from "commander";

import { CommandError } from "../commandError";
import type { Program } from "../program";
import { createMigration } from "./migrate/createMigration";
import { listMigrations } from "./migrate/listMigrations";
import { moveTo } from "./migrate/moveTo";
import { readVersion } from "./migrate/readVersion";
import { operatorCommand } from "./operatorCommand";
import { readStackAccess } from "./stack/readStackAccess";

interface Options {
  stack: string;
  yes?: true;
  acknowledge: Record<string, number>;
  json?: true;
}

const actions = ["version", "status", "up", "down", "create"] as const;
type Action = (typeof actions)[number];

/** `npm run db -- migrate`: the guide's Database Migrations, for people who come from its commands. */
export function migrate(program: Program): Command {
  return operatorCommand({
    name: "migrate",
    summary: "Show, undo, redo and create migrations",
    details:
      "`up` and `down` set migrationTarget in Pulumi.<stack>.yaml and run `npm run up`: what the configuration says stays what " +
      "the database is. Where the update changes nothing, as when rows would go that nobody has acknowledged, the configuration is " +
      "put back.",
    examples: [
      ["npm run db -- migrate version", "the number of the last migration applied"],
      ["npm run db -- migrate status", "every migration, applied or not"],
      ["npm run db -- migrate down", "undo the last one; `down 5` goes down to the fifth"],
      ["npm run db -- migrate down 6 --acknowledge public.cost_records=3", "so many rows may go"],
      ["npm run db -- migrate up", "apply all; `up 7` goes up to the seventh"],
      ["npm run db -- migrate create add_tags", "a new pair of files"],
    ],
  })
    .addArgument(new Argument("<action>", "what to do").choices(actions))
    .argument("[value]", "a number for up and down, a name for create")
    .option("-y, --yes", "do not ask (stacks other than local)")
    .option("-a, --acknowledge <name=count>", "so many rows may go with this", collect, {})
    .option("--json", "status: print JSON instead")
    .action((action: Action, value: string | undefined, options: Options) =>
      run(program, action, value, options),
    );
}

async function run(program: Program, action: Action, value: string | undefined, options: Options) {
  const { stack, yes, acknowledge, json } = options;
  if (value !== undefined && (action === "version" || action === "status"))
    throw new CommandError(`${action} takes no value, and "${value}" is one.`, "Leave it out.");
  switch (action) {
    case "create":
      process.stdout.write(await createMigration(program, value));
      return;
    case "version":
      process.stdout.write(`${await readVersion(await readStackAccess(stack), program)}\n`);
      return;
    case "status":
      process.stdout.write(
        await listMigrations(await readStackAccess(stack), program, json === true),
      );
      return;
    default: {
      const target = value === undefined ? undefined : numberIn(value);
      const wanted = { direction: action, target, acknowledgedLoss: acknowledge };
      process.exitCode = await moveTo(stack, program, wanted, yes === true ? ["--yes"] : []);
    }
  }
}

function numberIn(value: string): number {
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new CommandError(`"${value}" is not the number of a migration.`, "Name one, such as 5.");
}

function collect(text: string, before: Record<string, number>): Record<string, number> {
  const [, name, count] = /^(.+)=(\d+)$/.exec(text) ?? [];
  if (name === undefined)
    throw new CommandError(
      `"${text}" says not how many rows may go with what.`,
      "Write it like --acknowledge public.cost_records=3, as the refusal counts them.",
    );
  return { ...before, [name]: Number(count) };
}
