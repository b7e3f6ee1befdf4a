import { isDeepStrictEqual } from "node:util";

import { appliedOnly } from "@hosterizer/postgres/convergence/difference";
import { readKnownBackups } from "../dockerStack/backupWarnings";
import { requireServer } from "../dockerStack/serverFault";
import { externalEnvironment } from "../externalStack/externalEnvironment";
import { runPulumiQuietly } from "../runProgram";
import { openStack } from "../stack/openStack";
import { readResources, type ResourceState } from "../stack/state";
import { type DriftReport, driftReport } from "./driftReport";
import type { PreviewStep } from "./previewOutput";

/**
 * Compares the live database with the program.
 *
 * @param args for `pulumi preview`
 * @throws UserError if the stack, its engine or its server cannot be reached
 */
export async function compareStack(stack: string, args: readonly string[]): Promise<DriftReport> {
  const environment = await reach(stack);
  // A preview is about what `up` would change; whether its result can be recovered belongs beside it.
  const [ended, known] = await Promise.all([
    preview(stack, environment, ["--expect-no-changes", ...args]),
    readKnownBackups(stack, environment),
  ]);
  const report = driftReport(stack, ended);
  return { ...report, warnings: [...report.warnings, ...(known?.warnings ?? [])] };
}

/** The same. Never throws: the report contains the error. */
export async function findDrift(stack: string, args: readonly string[]): Promise<DriftReport> {
  return reporting(stack, () => compareStack(stack, args));
}

/**
 * Compares the live database with what the last update has applied: what was changed by hand since, and not in the program.
 * Never throws.
 */
export async function findManualDrift(stack: string): Promise<DriftReport> {
  return reporting(stack, async () => {
    const environment = await reach(stack);
    const applied = await readResources(stack, environment);
    const ended = await preview(stack, { ...environment, ...appliedOnly }, []);
    return driftReport(stack, ended, isManualChange(applied));
  });
}

/** Has our own resources report what they find as data, and not as lines for people. */
function preview(stack: string, environment: NodeJS.ProcessEnv, args: readonly string[]) {
  const command = ["preview", "--json", "--non-interactive", "--stack", stack];
  return runPulumiQuietly([...command, ...args], { ...environment, HOSTERIZER_DRIFT: "json" });
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

/**
 * Which steps of a preview come from the live database and not from the program: those of resources for which the program
 * declares the same inputs as at the last update. Our own resources compare with the last update themselves.
 *
 * @param applied the state before the preview
 */
export function isManualChange(applied: readonly ResourceState[]): (step: PreviewStep) => boolean {
  const before = new Map(applied.map((resource) => [resource.urn, resource]));
  return ({ urn, newState }) => {
    const known = before.get(urn);
    // Newly declared.
    if (known === undefined) return false;
    if (urn.includes("pulumi-nodejs:dynamic/")) return true;
    // No longer declared: the update removes it, so nothing was changed by hand.
    if (newState === undefined || newState === null) return false;
    return isDeepStrictEqual(comparable(known.inputs), comparable(newState.inputs));
  };
}

/** Without secrets, which each side writes in its own way, and without what Pulumi adds to the inputs. */
function comparable(inputs: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const entries = Object.entries(inputs).filter(
    ([name, value]) => !name.startsWith("__") && !isSecret(value),
  );
  return Object.fromEntries(entries);
}

function isSecret(value: unknown): boolean {
  return (
    value === "[secret]" ||
    (typeof value === "object" && value !== null && ("ciphertext" in value || "plaintext" in value))
  );
}
