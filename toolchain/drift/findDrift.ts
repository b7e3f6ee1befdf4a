import { folders } from "../folders";
import { runQuietly } from "../pulumi/runQuietly";
import { requireServer } from "../requireServer";
import { openStack } from "../stack/openStack";
import { type DriftReport, driftReport } from "./driftReport";

/**
 * Compares the live database with the program. Never throws: what went wrong is what it reports.
 *
 * @param args for `pulumi preview`
 */
export async function findDrift(stack: string, args: readonly string[]): Promise<DriftReport> {
  try {
    const environment = await openStack(stack);
    await requireServer(stack, environment);
    const preview = ["preview", "--json", "--expect-no-changes", "--non-interactive"];
    const ended = await runQuietly("pulumi", [...preview, "--stack", stack, ...args], {
      cwd: folders.project,
      // Our own resources tell what they find as data, and not as lines for people.
      env: { ...environment, HOSTERIZER_DRIFT: "json" },
    });
    return driftReport(stack, ended);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { stack, status: "broken", differences: [], warnings: [], error: message };
  }
}
