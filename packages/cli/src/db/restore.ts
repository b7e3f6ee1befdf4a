import { type Command, Option } from "commander";

import {
  readMoment,
  type RecoveryTarget,
} from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../program";
import { fromUser } from "./dump/dumpFile";
import { operatorCommand } from "./operatorCommand";
import { copyStack } from "./recover/copyStack";
import { recoverStack } from "./recover/recover";
import type { LoadOptions } from "./restore/dumpSources";
import { loadDump } from "./restore/loadDump";
import { loadOneCustomer } from "./restore/loadOneCustomer";
import { customerId } from "./stack/tenantContext";

interface Options extends LoadOptions {
  customer?: string;
  to?: string;
  toPoint?: string;
  latest?: true;
  timeline?: string;
  repository?: string;
  as?: string;
  scrub?: true;
}

/** `npm run db -- restore`: the guide's Restore, of a dump or of base backups. See docs/dump-and-load.md and docs/recover.md. */
export function restore(program: Program): Command {
  return operatorCommand({
    name: "restore",
    summary:
      "Load a dump, or recover a moment from the backups; check it, and put it in place if asked",
    details:
      "A dump is loaded into a new database beside the present one; --to, --to-point and --latest recover the whole server into a new volume " +
      "beside the present one. Either is checked: the schema as it was recorded, no tenant sees another's rows, and of a dump as many rows as it " +
      "has. --replace, with the name of the stack's database, puts it in its place; what was there before is kept. Without it both stay as they " +
      "are. Nothing that exists is overwritten.",
    examples: [
      ["npm run db -- restore dumps/local.dump", "beside the present database, to look at"],
      [
        "npm run db -- restore dumps/local.dump --replace hosterizer",
        "in place of the present database",
      ],
      ["npm run db -- restore prod.dump --stack dev --into from_prod", "under a name of your own"],
      ["npm run db -- restore rows.dump --data-only", "only rows, into the present schema"],
      ["npm run db -- restore 42.jsonl.gz --customer 42", "one customer, which the stack lacks"],
      [
        "npm run db -- restore --stack dev --to '2026-11-28 13:12:47+00' --replace hosterizer",
        "the state of that moment, in place of the present one",
      ],
      [
        "npm run db -- restore --stack prod-like --latest --as review --scrub",
        "a new stack with the same data, without what identifies people",
      ],
    ],
  })
    .argument("[file]", "the dump")
    .addOption(new Option("--into <database>", "name of the new database").conflicts("replace"))
    .option("--replace <database>", "the stack's database, whose place the restored data takes")
    .addOption(new Option("--schema-only", "load no rows").conflicts("dataOnly"))
    .option("--data-only", "load the rows into a copy of the present schema")
    .addOption(
      new Option("--customer <id>", "load the dump of this customer into the present database")
        .argParser(customerId)
        .conflicts(["into", "replace", "schemaOnly", "dataOnly", "to", "toPoint", "latest"]),
    )
    .addOption(
      new Option("--to <moment>", "recover this moment: date, time and offset from UTC").conflicts([
        "toPoint",
        "latest",
      ]),
    )
    .addOption(
      new Option("--to-point <name>", "recover what `restore-point` has named").conflicts("latest"),
    )
    .option("--latest", "recover everything that has been archived")
    .option("--timeline <number>", "of several, the one to follow; `backups` lists them")
    .option("--repository <number>", "of several, the one to recover from (default: the first)")
    .addOption(
      new Option("--as <stack>", "recover into a new stack in Docker, and bring it up").conflicts([
        "replace",
        "into",
      ]),
    )
    .option("--scrub", "with --as: give columns the values of database/scrub.ts")
    .action(async (file: string | undefined, options: Options) => {
      const target = targetOf(options);
      if (options.as !== undefined && target === undefined) {
        throw new UserError(
          `--as: stack ${options.as} is made from backups, and nothing says which moment.`,
          "Add --to, --to-point or --latest.",
        );
      }
      if (options.scrub === true && options.as === undefined) {
        throw new UserError(
          "--scrub: only a copy is scrubbed.",
          "Add --as with the name of a new stack.",
        );
      }
      if (file !== undefined && target !== undefined) {
        throw new UserError(
          `A dump and a moment: ${file} is loaded, or the backups are recovered.`,
          "Leave one out.",
        );
      }
      if (target !== undefined) await recover(program, target, options);
      else if (file !== undefined) await loadFile(program, fromUser(file), options);
      else {
        throw new UserError(
          "Nothing says what to restore.",
          "Name a dump, or a moment with --to, --to-point or --latest.",
        );
      }
    });
}

async function loadFile(program: Program, file: string, options: Options): Promise<void> {
  const { stack, customer, timeline, repository } = options;
  const superfluous = Object.entries({ timeline, repository }).find(
    ([, value]) => value !== undefined,
  );
  if (superfluous !== undefined) {
    throw new UserError(
      `--${superfluous[0]} is for recoveries: a dump has one state.`,
      "Leave it out, or name a moment with --to, --to-point or --latest instead of the dump.",
    );
  }
  if (customer === undefined) await loadDump(program, file, options);
  else await loadOneCustomer(program, file, { stack, customer });
}

function targetOf({ to, toPoint, latest }: Options): RecoveryTarget | { name: string } | undefined {
  if (to !== undefined) return { kind: "time", time: readMoment(to) };
  if (toPoint !== undefined) return { name: toPoint };
  return latest ? { kind: "latest" } : undefined;
}

function recover(
  program: Program,
  target: RecoveryTarget | { name: string },
  options: Options,
): Promise<void> {
  const ofDumps = ["into", "schemaOnly", "dataOnly"] as const;
  const superfluous = ofDumps.find((name) => options[name] !== undefined);
  if (superfluous !== undefined) {
    const option = superfluous.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UserError(`--${option} is for dumps: a recovery has everything.`, "Leave it out.");
  }
  const { stack, replace, as, timeline, repository } = options;
  const request = {
    ...{ stack, target },
    ...(timeline === undefined ? {} : { timeline: wholeNumber("--timeline", timeline) }),
    ...(repository === undefined ? {} : { repository: wholeNumber("--repository", repository) }),
  };
  if (as === undefined) return recoverStack(program, request, replace);
  return copyStack(program, request, { as, isScrubbed: options.scrub === true });
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UserError(`${option}: "${text}" is not a number.`, "`backups` shows the numbers.");
}
