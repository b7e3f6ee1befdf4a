import { renderDifference } from "@hosterizer/postgres/convergence/difference";
import { readMigrationState } from "@hosterizer/postgres/migrations/migrationState";
import { UserError } from "@hosterizer/postgres/userError";
import type { DriftReport } from "../../drift/driftReport";
import { findDrift, findManualDrift } from "../../drift/findDrift";
import type { Program } from "../../program";
import { configurationName } from "../../stack/stackFiles";
import { paint } from "../screen/terminal";
import { requireDrill } from "../backup/stackDrills";
import { connectionAs } from "../stack/connectAs";
import { explainRefusal } from "../stack/explainRefusal";
import { migrationTarget, readVersion } from "../stack/schemaVersion";
import type { StackAccess } from "../stack/stackAccess";
import { proveStack, renderProof } from "../verify/proof";
import type { Evidence } from "./gate";
import { catalogHashOf, cleanCommit } from "./plan";

/** Checks that the source is exactly what the commit declares, with all migrations applied. */
export async function checkSource(stack: string): Promise<Evidence & { commit: string }> {
  const commit = await cleanCommit();
  const target = migrationTarget(stack);
  if (target !== null) {
    throw new UserError(
      `hosterizer-database:migrationTarget in ${configurationName(stack)} holds stack ${stack} at migration ${target}.`,
      "Remove it: a promotion covers all migrations in the folder.",
    );
  }
  const report = await findDrift(stack, []);
  requireNoDrift(
    report,
    `Run \`npm run up -- --stack ${stack}\`, test the result there, and start again.`,
  );
  const { warnings } = report;
  return { summary: `converged at ${commit.slice(0, 12)}`, data: { commit, warnings }, commit };
}

/** What the check of the destination found. */
export interface Destination extends Evidence {
  /** Number of the last migration that is applied there. */
  version: number;
  /** Names of the migrations that are not applied there yet, in order. */
  pending: readonly string[];
  /** Hash of its database from before the check. */
  catalog: string;
}

/**
 * Checks that the destination is as its last update left it, and that a drill has restored it as recently as it asks. What the program
 * has declared since then is not drift.
 */
export async function checkDestination(
  access: StackAccess,
  program: Program,
): Promise<Destination> {
  const { stack } = access;
  const { migrator, owner, migrationsDirectory } = program;
  const catalog = await catalogHashOf(access, program);
  const state = await explainRefusal(access, connectionAs(migrator, access), (connection) =>
    readMigrationState({ connection, owner, directory: migrationsDirectory }),
  );
  if (state.faults.length > 0) {
    const faults = state.faults.map(({ error }) => error.message);
    throw new UserError(
      `The migrations folder contradicts stack ${stack}:\n${faults.join("\n")}`,
      "A migration must not change once it is applied anywhere: restore its file, and write a new one.",
    );
  }
  const report = await findManualDrift(stack);
  requireNoDrift(
    report,
    `Look at it with \`npm run drift -- --stack ${stack}\`, ask the person who changed it, decide as in docs/decide-drift.md, and start again.`,
  );
  const { version, pending } = state;
  const { warnings } = report;
  const drilled = await requireDrill(access, program);
  const restored = drilled === undefined ? "" : `, last restored by a drill on ${drilled}`;
  return {
    summary: `unchanged since its last update, at migration ${version}, ${pending.length} pending${restored}`,
    data: { version, pending, drilled, warnings },
    ...{ version, pending, catalog },
  };
}

/** Checks that no tenant sees another's rows in a stack's database. */
export async function checkIsolation(access: StackAccess, program: Program): Promise<Evidence> {
  const proof = await proveStack(access, program);
  const { summary, notProven } = proof;
  if (!summary.ok) {
    const matrix = renderProof(proof, paint(false));
    throw new UserError(
      `The proof of isolation fails:\n${matrix}`,
      "Fix the policies or the grants; docs/isolation.md explains each attempt.",
    );
  }
  return {
    summary: `nothing leaks in ${summary.tried} attempts, ${notProven.length} not proven`,
    data: { summary, notProven },
  };
}

/** Verifies after the update that the destination is what the commit declares, and that tenants are isolated there. */
export async function verifyDestination(access: StackAccess, program: Program): Promise<Evidence> {
  const version = await readVersion(access, program);
  const report = await findDrift(access.stack, []);
  requireNoDrift(
    report,
    `The update is done, but its result differs from the program: see \`npm run drift -- --stack ${access.stack}\`.`,
  );
  const { summary, data } = await checkIsolation(access, program);
  return {
    summary: `at migration ${version}, no drift, ${summary}`,
    data: { version, warnings: report.warnings, isolation: data },
  };
}

/** @throws UserError with every difference of a stack, or with the reason why it could not be compared */
function requireNoDrift(
  { stack, status, differences, error = "" }: DriftReport,
  remedy: string,
): void {
  if (status === "clean") return;
  if (status === "broken") {
    throw new UserError(`Stack ${stack} cannot be compared: ${error}`, remedy);
  }
  const lines = differences.map((found) => `  ${renderDifference(found)}`);
  throw new UserError(`Stack ${stack} has drifted:\n${lines.join("\n")}`, remedy);
}
