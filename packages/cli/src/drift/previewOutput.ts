import { z } from "zod";

const properties = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

const state = z.object({ inputs: properties, outputs: properties });

const step = z.object({
  op: z.string(),
  urn: z.string(),
  /** What the resource is now: its outputs are what the refresh has read. */
  oldState: state.nullish(),
  /** What it is to be: its inputs are what the program declares. */
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

/** What `pulumi preview --json` prints, as far as it matters here. */
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
