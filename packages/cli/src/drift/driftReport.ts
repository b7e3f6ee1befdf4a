import { migratorKind } from "@hosterizer/postgres/access/migratorAccess";
import type { Difference } from "@hosterizer/postgres/convergence/difference";
import type { PluginDifference } from "./postgresqlDifferences";
import { type Preview, type PreviewStep, readPreview } from "./previewOutput";
import { stepDifferences } from "./stepDifferences";

/** What `npm run drift -- --json` prints. */
export interface DriftReport {
  stack: string;
  /** `broken`: the comparison failed, and `error` says why. */
  status: "clean" | "drift" | "broken";
  differences: readonly Difference[];
  /** What is not a difference but worth knowing. */
  warnings: readonly string[];
  error?: string;
  /** No update has created the stack yet: everything is to come. */
  isNew?: true;
}

/**
 * The result of `pulumi preview --json --expect-no-changes`.
 *
 * @param ended its exit code and what it printed
 * @param isDrift which of its steps count. Default: all.
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
    return { ...broken, error: error ?? "pulumi preview printed no preview" };
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

/** Pulumi's exit code of a preview that expected no changes and found some. */
const changed = 7;

/** Why a preview failed; undefined if it did not. */
function failureOf(
  { code, stderr }: { code: number; stderr: string },
  preview: Preview | undefined,
): string | undefined {
  const errors = (preview?.diagnostics ?? [])
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => withoutTrace(message));
  if (errors.length > 0) return withoutEchoes(errors).join("\n");
  if (preview !== undefined && (code === 0 || code === changed)) return undefined;
  return withoutTrace(stderr) || `pulumi preview ended with exit code ${code}`;
}

// The stack trace is for developers of the program: `npm run preview -- --diff` shows it.
function withoutTrace(message: string): string {
  return (
    message
      .split("\n")
      .filter((line) => !/^\s+at /.test(line))
      .join("\n")
      .replace(/^error: (Preview failed: )?/, "")
      // What Pulumi puts before the reason for which a resource refuses its inputs.
      .replace(/^\S+ resource '[^'\n]+' has a problem:\s*/, "")
      .trim()
  );
}

/** Each resource that asks an unreachable server reports it, after what it asked for. Once is enough. */
function withoutEchoes(errors: readonly string[]): string[] {
  const causes = errors.filter((error) => error !== "preview failed");
  const distinct = causes.map((error) => unreachable.exec(error)?.[0] ?? error);
  return distinct.length === 0 ? [...errors] : [...new Set(distinct)];
}

// In the words of the offline plugin, of the official one, and of Node.js.
const unreachable = /(cannot reach the PostgreSQL server at|dial tcp|connect E[A-Z]+) \S*:\d+.*/;

/** Our own differences, each once, and those of the plugin that ours do not report more exactly. */
export function withoutRepetition(
  own: readonly Difference[],
  plugin: readonly PluginDifference[],
): Difference[] {
  const others = plugin.filter((found) => !own.some((exact) => reports(exact, found)));
  const all = [...own, ...others.map(withoutPatterns)];
  return [...new Map(all.map((difference) => [JSON.stringify(difference), difference])).values()];
}

function reports(exact: Difference, { kind, about }: PluginDifference): boolean {
  // That the migrator cannot log in or become the owner does not say why.
  if (exact.kind === migratorKind) return false;
  // What is missing is expected, what is undeclared is live: a line about the opposite is another difference.
  const side = kind.endsWith("missing") ? exact.expected : exact.actual;
  const line = `${exact.kind} ${exact.object} ${side ?? ""}`;
  return about.length > 0 && about.every((part) => part.test(line));
}

function withoutPatterns({ kind, object, expected, actual, repair }: PluginDifference): Difference {
  return { kind, object, expected, actual, repair };
}
