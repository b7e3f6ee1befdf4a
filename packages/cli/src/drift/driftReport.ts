import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { failureOf } from "./failureOf";
import { type PreviewStep, readPreview } from "./previewOutput";
import { stepDifferences } from "./stepDifferences";
import { withoutRepetition } from "./withoutRepetition";

/** What `npm run drift -- --json` prints. */
export interface DriftReport {
  stack: string;
  /** `broken`: it could not be found out, and `error` says why. */
  status: "clean" | "drift" | "broken";
  differences: readonly Difference[];
  /** What is no difference and should be known. */
  warnings: readonly string[];
  error?: string;
  /** No update has made the stack yet: all of it is to come. */
  isNew?: true;
}

/**
 * What `pulumi preview --json --expect-no-changes` has found out.
 *
 * @param ended its exit code and what it printed
 * @param isDrift Which of its steps are looked at. Default: all.
 */
export function driftReport(
  stack: string,
  ended: { code: number; stdout: string; stderr: string },
  isDrift: (step: PreviewStep) => boolean = () => true,
): DriftReport {
  const preview = readPreview(ended.stdout);
  const warnings = warningsOf(preview?.diagnostics ?? []);
  const error = failureOf(ended, preview);
  if (error !== undefined || preview === undefined) {
    const broken = { stack, status: "broken", differences: [], warnings } as const;
    return { ...broken, error: error ?? "pulumi preview has told nothing" };
  }
  const steps = preview.steps.filter(isDrift).map(stepDifferences);
  const own = steps.flatMap((step) => step.own);
  const plugin = steps.flatMap((step) => step.plugin);
  const found = withoutRepetition(own, plugin);
  const differences = found.length === 0 && ended.code !== 0 ? [unknownChange] : found;
  const status = differences.length > 0 ? "drift" : "clean";
  const isNew = preview.steps.length > 0 && preview.steps.every(({ op }) => op === "create");
  return { stack, status, differences, warnings, ...(isNew && { isNew }) };
}

// Never clean when Pulumi says otherwise.
const unknownChange: Difference = {
  kind: "resource",
  object: "stack",
  expected: "no change",
  actual: "changes that `npm run preview -- --diff` shows",
  repair: "automatic",
};

function warningsOf(diagnostics: readonly { severity: string; message: string }[]): string[] {
  const lines = diagnostics
    .flatMap(({ severity, message }) =>
      message
        .split("\n")
        .filter((line) => severity === "warning" || line.startsWith("warning: "))
        .map((line) => line.replace(/^warning: /, "").trim()),
    )
    .filter((line) => line !== "");
  return [...new Set(lines)];
}
