import { findDrift } from "../../drift/findDrift";
import { CommandError } from "../../commandError";
import { migrationTarget } from "../stack/migrationTarget";
import type { Evidence } from "./gate";
import { cleanCommit } from "./repository";
import { requireNoDrift } from "./requireNoDrift";

/** The stack that is promoted is what this very commit says, all migrations applied. */
export async function sourceConverged(stack: string): Promise<Evidence & { commit: string }> {
  const commit = await cleanCommit();
  const target = migrationTarget(stack);
  if (target !== null) {
    throw new CommandError(
      `hosterizer-database:migrationTarget in Pulumi.${stack}.yaml holds stack ${stack} at migration ${target}.`,
      "Take it out: what is promoted is everything in the folder.",
    );
  }
  const report = await findDrift(stack, []);
  requireNoDrift(
    report,
    `Run \`npm run up -- --stack ${stack}\`, try it out there, and begin again.`,
  );
  const { warnings } = report;
  return { summary: `converged at ${commit.slice(0, 12)}`, data: { commit, warnings }, commit };
}
