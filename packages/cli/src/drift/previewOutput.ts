import { z } from "zod";

const properties = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

const state = z.object({ inputs: properties, outputs: properties });

const step = z.object({
  op: z.string(),
  urn: z.string(),
  /** The resource as it is: its outputs are what the refresh has read. */
  oldState: state.nullish(),
  /** The resource as it should be: its inputs are what the program declares. */
  newState: state.nullish(),
  /** The properties that differ, as paths: `privileges[0]`. Dynamic resources have none. */
  detailedDiff: properties,
});

const diagnostic = z.object({ severity: z.string(), message: z.string() });

const preview = z.object({
  steps: z.array(step).nullish(),
  diagnostics: z.array(diagnostic).nullish(),
});

/** One resource in a preview, and what `up` would do with it. */
export type PreviewStep = z.infer<typeof step>;

/** The parts of `pulumi preview --json` that matter here. */
export interface Preview {
  steps: PreviewStep[];
  diagnostics: z.infer<typeof diagnostic>[];
}

/** Reads what `pulumi preview --json` has printed. @returns undefined if that is not a preview */
export function readPreview(text: string): Preview | undefined {
  try {
    const { steps, diagnostics } = preview.parse(JSON.parse(text));
    return { steps: steps ?? [], diagnostics: diagnostics ?? [] };
  } catch {
    return undefined;
  }
}

/** `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>` */
export function typeOf({ urn }: PreviewStep): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** What the program declares for a property, as text; `[secret]` for a secret. */
export function declaredText(step: PreviewStep, property: string): string {
  return text(step.newState?.inputs[property]);
}

/** What the refresh has read of a property, as text; `[secret]` for a secret. */
export function liveText(step: PreviewStep, property: string): string {
  return text(step.oldState?.outputs[property] ?? step.oldState?.inputs[property]);
}

/** How a property that is a list differs: `missing` members are only declared, `undeclared` ones only live. */
export function listChanges(step: PreviewStep, property: string) {
  const declared = list(step.newState?.inputs[property]);
  const live = list(step.oldState?.outputs[property]);
  return {
    missing: declared.filter((member) => !live.includes(member)),
    undeclared: live.filter((member) => !declared.includes(member)),
  };
}

/** How a preview writes a value that only the update finds out (`UnknownValue` in Pulumi's RPC code). */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Names of the properties that differ, each once. Leaves out those whose declared value only the update finds out. */
export function changedProperties({ detailedDiff, newState }: PreviewStep): string[] {
  const names = new Set(Object.keys(detailedDiff).map((path) => path.replace(/[.[].*$/, "")));
  const declared = (name: string) => JSON.stringify(newState?.inputs[name] ?? null);
  return [...names].filter((name) => !declared(name).includes(unknown));
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
