import { readMigrationState } from "@hosterizer/postgres/migrations/readMigrationState";
import { CommandError } from "../../commandError";
import { findManualDrift } from "../../drift/findDrift";
import type { Program } from "../../program";
import { connectionAs } from "../stack/connectionAs";
import { explainRefusal } from "../stack/explainRefusal";
import type { StackAccess } from "../stack/stackAccess";
import { stackHash } from "./stackHash";
import type { Evidence } from "./gate";
import { requireNoDrift } from "./requireNoDrift";

/** Where the destination is, and what is to come. */
export interface Destination extends Evidence {
  /** Number of the last migration applied there. */
  version: number;
  /** Names of those that it hasn't had, in order. */
  pending: readonly string[];
  /** Hash of its catalog before anybody looked. */
  catalog: string;
}

/** The destination is as its last update has left it. What the program declares by now is no drift. */
export async function destinationUntouched(
  access: StackAccess,
  program: Program,
): Promise<Destination> {
  const { stack } = access;
  const { migrator, owner, migrationsDirectory } = program;
  const catalog = await stackHash(access, program);
  const state = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    readMigrationState({ connection, owner, directory: migrationsDirectory }),
  );
  if (state.faults.length > 0) {
    const faults = state.faults.map(({ error }) => error.message);
    throw new CommandError(
      `The folder of migrations contradicts stack ${stack}:\n${faults.join("\n")}`,
      "A migration that is applied somewhere is not edited any more: put its file back, and write another one.",
    );
  }
  const report = await findManualDrift(stack);
  requireNoDrift(
    report,
    `Nobody knows what it was for but who has done it: look with \`npm run drift -- --stack ${stack}\`, decide as in docs/decide-drift.md, and begin again.`,
  );
  const { version, pending } = state;
  const summary = `as its last update left it, at migration ${version}, ${pending.length} to come`;
  return {
    summary,
    data: { version, pending, warnings: report.warnings },
    version,
    pending,
    catalog,
  };
}
