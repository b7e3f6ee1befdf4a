import type { Command } from "commander";

import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { paintOutput, width } from "./screen/terminal";
import { readStackAccess } from "./stack/stackAccess";
import { renderStatus } from "./status/renderStatus";
import { readStackStatus } from "./status/stackStatus";
import { print } from "../terminal";

/** `npm run db -- status`: the state of the database, on one screen. */
export function status(program: Program): Command {
  return operatorCommand({
    name: "status",
    summary: "Show the state of the database, on one screen",
    details:
      "Server, schema version, sessions, slowest statements, sizes of tables, unused indexes, replicas. Changes nothing. " +
      "A crash of the server resets the counts.",
    examples: [
      ["npm run db -- status", "the local stack"],
      ["npm run -s db -- status --json", "the same as data: bytes, milliseconds, seconds"],
    ],
  })
    .option("--json", "print a JSON object instead")
    .action(async ({ stack, json }: { stack: string; json?: true }) => {
      const found = await readStackStatus(await readStackAccess(stack), program);
      const text = json
        ? `${JSON.stringify(found, null, 2)}\n`
        : renderStatus(found, width(), paintOutput());
      print(text);
    });
}
