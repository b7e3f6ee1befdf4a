import { userInfo } from "node:os";

import type { Command } from "commander";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { renderDifference } from "@hosterizer/postgres/convergence/renderDifference";
import { acceptDrift as accept } from "@hosterizer/postgres/schema/decide/acceptDrift";
import { readAcceptedDrift } from "@hosterizer/postgres/schema/decide/readAcceptedDrift";
import { CommandError } from "../commandError";
import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { renderAccepted } from "./screen/renderAccepted";
import { connectionAs } from "./stack/connectionAs";
import { explainRefusal } from "./stack/explainRefusal";
import { readStackAccess } from "./stack/readStackAccess";

interface Options {
  stack: string;
  reason?: string;
  list?: true;
  json?: true;
}

/** `npm run db -- accept-drift`: what somebody did to the schema by hand becomes what is expected. */
export function acceptDrift(program: Program): Command {
  return operatorCommand({
    name: "accept-drift",
    summary: "Accept what was done to the schema by hand, with a reason",
    details:
      "The schema as it is becomes the expected one, and `npm run up` goes on. Nothing of it changes. Who accepted what, when " +
      "and why is kept in the database. It holds for this database alone: what others need too is a migration.",
    examples: [
      ['npm run db -- accept-drift --reason "hotfix of 24 November"', "everything that differs"],
      [
        'npm run db -- accept-drift --reason "asked by support" "column public.sites.note"',
        "one object, as preview names it",
      ],
      ["npm run -s db -- accept-drift --list", "what was ever accepted"],
    ],
  })
    .argument("[objects...]", "as preview names them (default: all that differ)")
    .option("--reason <text>", "why, for those who find it")
    .option("--list", "show what was accepted so far, and change nothing")
    .option("--json", "print JSON instead")
    .action(async (objects: string[], options: Options) => {
      if (options.list && (options.reason !== undefined || objects.length > 0)) {
        throw new CommandError("--list accepts nothing.", "Leave the reason and the objects out.");
      }
      if (!options.list && (options.reason ?? "").trim() === "") {
        throw new CommandError(
          "There is no reason.",
          'Say why, for those who find it: --reason "…"',
        );
      }
      const access = await readStackAccess(options.stack);
      const text = await explainRefusal(
        access,
        connectionAs(program.migrator, access),
        (connection) =>
          options.list
            ? list(connection, program, options)
            : acceptObjects(connection, program, objects, options),
      );
      process.stdout.write(text);
    });
}

async function list(
  connection: Connection,
  { owner }: Program,
  { json }: Options,
): Promise<string> {
  const accepted = await readAcceptedDrift(connection, owner);
  return json ? `${JSON.stringify(accepted, null, 2)}\n` : renderAccepted(accepted);
}

async function acceptObjects(
  connection: Connection,
  { owner, recordedSchemas, migrationsDirectory }: Program,
  objects: readonly string[],
  { reason = "", json }: Options,
): Promise<string> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const expectation = { owner, schemas: recordedSchemas, directory: migrationsDirectory };
  const acceptance = { objects, reason, systemUser: systemUser() };
  const findings = await accept({ connection, log, ...expectation }, acceptance);
  const accepted = findings.map(({ kind, object, expected, actual }) => ({
    kind,
    object,
    expected,
    actual,
  }));
  if (json) return `${JSON.stringify(accepted, null, 2)}\n`;
  if (accepted.length === 0) return "Nothing differs: there is nothing to accept.\n";
  const lines = accepted.map((one) => `  ${renderDifference({ ...one, repair: "automatic" })}\n`);
  return `Accepted, and expected from now on:\n${lines.join("")}`;
}

/** Who is at the keyboard, also behind sudo. */
function systemUser(): string {
  return process.env["SUDO_USER"] ?? userInfo().username;
}
