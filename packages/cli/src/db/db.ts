import { type Command, CommanderError } from "commander";

import { loadProgram, type Program } from "../program";
import { acceptDrift } from "./acceptDrift";
import { env } from "./env";
import { migrate } from "./migrate";
import { commandGroup } from "./operatorCommand";
import { promote } from "./promote";
import { psql } from "./psql";
import { rotatePassword } from "./rotatePassword";
import { showFailure } from "./showFailure";
import { status } from "./status";
import { verify } from "./verify";

/** The operator's commands, in the order of `--help`. Each is a file of its own. */
const commands: readonly ((program: Program) => Command)[] = [
  env,
  psql,
  status,
  verify,
  migrate,
  promote,
  rotatePassword,
  acceptDrift,
];

// Whoever reads our output may have read enough, such as `head`.
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
