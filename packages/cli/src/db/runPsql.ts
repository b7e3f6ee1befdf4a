import { spawn } from "node:child_process";
import { constants } from "node:os";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { CommandError } from "../commandError";
import { connectionVariables } from "./stack/connectionVariables";

/** Variables of libpq that say how to behave; all others say where to go, which is ours to say. */
const kept: readonly string[] = ["PGCLIENTENCODING", "PGCONNECT_TIMEOUT", "PGDATESTYLE", "PGTZ"];

/**
 * Runs psql on this terminal. The password is in its environment, never in its arguments, which every user of the machine
 * can read.
 *
 * @param options as PGOPTIONS
 * @returns its exit code
 * @throws CommandError if it isn't installed
 */
export async function runPsql(
  args: readonly string[],
  connection: Connection,
  options?: string,
): Promise<number> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^PG[A-Z]/.test(name) || kept.includes(name),
  );
  const child = spawn("psql", args, {
    stdio: "inherit",
    env: {
      ...Object.fromEntries(inherited),
      ...connectionVariables(connection),
      ...(options === undefined ? {} : { PGOPTIONS: options }),
    },
  });
  // In psql Ctrl+C ends a statement, not the session.
  const wait = () => undefined;
  process.on("SIGINT", wait);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => {
        reject(error.code === "ENOENT" ? notInstalled() : error);
      });
      child.once("exit", (code, signal) => {
        // As shells tell it.
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    process.off("SIGINT", wait);
  }
}

function notInstalled(): CommandError {
  return new CommandError(
    "psql is not installed, or not on the PATH.",
    "Install PostgreSQL's client: `apt install postgresql-client` on Debian and Ubuntu; on macOS `brew install libpq`,\n" +
      "then `brew link --force libpq`.",
  );
}
