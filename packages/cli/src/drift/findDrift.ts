import { appliedOnly } from "@hosterizer/postgres/convergence/difference";
import { externalEnvironment } from "../externalStack/externalEnvironment";
import { folders } from "../folders";
import { runQuietly } from "../pulumi/runQuietly";
import { readResources } from "../readResources";
import { requireServer } from "../requireServer";
import { openStack } from "../stack/openStack";
import { type DriftReport, driftReport } from "./driftReport";
import { handMade } from "./handMade";

/**
 * Compares the live database with the program.
 *
 * @param args for `pulumi preview`
 * @throws CommandError if the stack, its engine or its server is not there to be compared
 */
export async function compareStack(stack: string, args: readonly string[]): Promise<DriftReport> {
  const environment = await reach(stack);
  return driftReport(stack, await preview(stack, environment, ["--expect-no-changes", ...args]));
}

/** The same. Never throws: what went wrong is what it reports. */
export async function findDrift(stack: string, args: readonly string[]): Promise<DriftReport> {
  return reporting(stack, () => compareStack(stack, args));
}

/** Compares it with what the last update has applied: what was changed by hand since, and not in the program. Never throws. */
export async function findHandMadeDrift(stack: string): Promise<DriftReport> {
  return reporting(stack, async () => {
    const environment = await reach(stack);
    const applied = await readResources(stack, environment);
    const ended = await preview(stack, { ...environment, ...appliedOnly }, []);
    return driftReport(stack, ended, handMade(applied));
  });
}

/** Our own resources tell what they find as data, and not as lines for people. */
function preview(stack: string, environment: NodeJS.ProcessEnv, args: readonly string[]) {
  const command = ["preview", "--json", "--non-interactive", "--stack", stack];
  return runQuietly("pulumi", [...command, ...args], {
    cwd: folders.project,
    env: { ...environment, HOSTERIZER_DRIFT: "json" },
  });
}

async function reach(stack: string): Promise<NodeJS.ProcessEnv> {
  const environment = await externalEnvironment(stack, await openStack(stack));
  await requireServer(stack, environment);
  return environment;
}

async function reporting(stack: string, find: () => Promise<DriftReport>): Promise<DriftReport> {
  try {
    return await find();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { stack, status: "broken", differences: [], warnings: [], error: message };
  }
}
