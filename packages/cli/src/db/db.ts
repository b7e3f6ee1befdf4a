import { type Command, CommanderError } from "commander";

import { loadProgram, type Program } from "../program";
import { acceptDrift } from "./acceptDrift";
import { backup } from "./backup/backup";
import { backups } from "./backup/backups";
import { restorePoint } from "./backup/restorePoint";
import { restoreDrill } from "./backup/restoreDrill";
import { dump } from "./dump";
import { env } from "./env";
import { migrate } from "./migrate";
import { commandGroup, showFailure } from "./operatorCommand";
import { promote } from "./promote";
import { psql } from "./psql";
import { restore } from "./restore";
import { rotatePassword } from "./rotatePassword";
import { status } from "./status";
import { verify } from "./verify";

/** The operator's commands, in the order of `--help`. Each has its own file. */
const commands: readonly ((program: Program) => Command)[] = [
  env,
  psql,
  status,
  verify,
  migrate,
  promote,
  rotatePassword,
  acceptDrift,
  dump,
  backup,
  backups,
  restorePoint,
  restore,
  restoreDrill,
];

// A reader such as `head` may close the pipe before the end.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const program = loadProgram();

commandGroup(commands.map((command) => command(program)))
  .parseAsync(process.argv)
  .catch((error: unknown) => {
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else showFailure(error);
  });
