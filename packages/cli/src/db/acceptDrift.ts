import { userInfo } from "node:os";

import type { Command } from "commander";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import {
  acceptDrift as accept,
  type AcceptedDrift,
  readAcceptedDrift,
} from "@hosterizer/postgres/schema/acceptDrift";
import { UserError } from "@hosterizer/postgres/userError";
import type { Program } from "../program";
import { operatorCommand } from "./operatorCommand";
import { connectionAs } from "./stack/connectAs";
import { explainRefusal } from "./stack/explainRefusal";
import { readStackAccess } from "./stack/stackAccess";
import { print, say } from "../terminal";

interface Options {
  stack: string;
  reason?: string;
  list?: true;
  json?: true;
}

/** `npm run db -- accept-drift`: manual changes of the schema become part of the expected schema. */
export function acceptDrift(program: Program): Command {
  return operatorCommand({
    name: "accept-drift",
    summary: "Accept manual changes to the schema, with a reason",
    details:
      "The current schema becomes the expected one, so that `npm run up` no longer stops at it. The schema itself does not change. " +
      "The database records who accepted what, when and why. This affects this database only: a change that others need too is a " +
      "migration.",
    examples: [
      ['npm run db -- accept-drift --reason "hotfix of 24 November"', "everything that differs"],
      [
        'npm run db -- accept-drift --reason "asked by support" "column public.sites.note"',
        "one object, as preview names it",
      ],
      ["npm run -s db -- accept-drift --list", "everything accepted so far"],
    ],
  })
    .argument("[objects...]", "as preview names them (default: all that differ)")
    .option("--reason <text>", "why, for later readers")
    .option("--list", "show what was accepted so far, and change nothing")
    .option("--json", "print JSON instead")
    .action(async (objects: string[], options: Options) => {
      const { stack, reason = "", list, json } = options;
      if (list && (options.reason !== undefined || objects.length > 0)) {
        throw new UserError("--list accepts nothing.", "Leave out the reason and the objects.");
      }
      if (!list && reason.trim() === "") {
        throw new UserError(
          "The reason is missing.",
          'Say why the change is accepted, for later readers: --reason "…"',
        );
      }
      const access = await readStackAccess(stack);
      const text = await explainRefusal(
        access,
        connectionAs(program.migrator, access),
        (connection) =>
          list
            ? listAccepted(connection, program, json === true)
            : acceptObjects(connection, program, { objects, reason, json: json === true }),
      );
      print(text);
    });
}

async function listAccepted(
  connection: Connection,
  { owner }: Program,
  json: boolean,
): Promise<string> {
  const accepted = await readAcceptedDrift(connection, owner);
  return json ? `${JSON.stringify(accepted, null, 2)}\n` : renderAccepted(accepted);
}

/** The history of accepted drift as text, the latest first. */
function renderAccepted(accepted: readonly AcceptedDrift[]): string {
  if (accepted.length === 0) return "No drift has been accepted so far.\n";
  const entries = accepted.map(({ acceptedAt, systemUser, login, reason, differences }) => {
    const when = acceptedAt.toISOString().replace("T", " ").replace(/\..*/, " UTC");
    return `${when}  ${systemUser} as ${login}: ${reason}\n${renderLines(differences)}`;
  });
  return entries.join("\n");
}

async function acceptObjects(
  connection: Connection,
  { owner, recordedSchemas, migrationsDirectory }: Program,
  { objects, reason, json }: { objects: readonly string[]; reason: string; json: boolean },
): Promise<string> {
  const expectation = { owner, schemas: recordedSchemas, directory: migrationsDirectory };
  const acceptance = { objects, reason, systemUser: systemUser() };
  const findings = await accept({ connection, log: say, ...expectation }, acceptance);
  const accepted = findings.map(({ kind, object, expected, actual }) => ({
    kind,
    object,
    expected,
    actual,
  }));
  if (json) return `${JSON.stringify(accepted, null, 2)}\n`;
  if (accepted.length === 0) return "Nothing differs: there is nothing to accept.\n";
  return `Accepted, and expected from now on:\n${renderLines(accepted)}`;
}

function renderLines(differences: AcceptedDrift["differences"]): string {
  return differences
    .map((difference) => `  ${renderDifference({ ...difference, repair: "automatic" })}\n`)
    .join("");
}

/** The user at the keyboard, even behind sudo. */
function systemUser(): string {
  return process.env["SUDO_USER"] ?? userInfo().username;
}
