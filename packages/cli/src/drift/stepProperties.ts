import type { PreviewStep } from "./previewOutput";

/** What a preview has in the place of a value that only the update will know (`UnknownValue` of Pulumi's RPC code). */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the program declares for a property, as text; `[secret]` for a secret. */
export function declaredText(step: PreviewStep, property: string): string {
  return text(step.newState?.inputs[property]);
}

/** What the refresh has read of a property, as text; `[secret]` for a secret. */
export function liveText(step: PreviewStep, property: string): string {
  return text(step.oldState?.outputs[property] ?? step.oldState?.inputs[property]);
}

/** The members of a property that is a list: those declared and not there, and those there and not declared. */
export function listChanges(step: PreviewStep, property: string) {
  const declared = list(step.newState?.inputs[property]);
  const live = list(step.oldState?.outputs[property]);
  return {
    missing: declared.filter((member) => !live.includes(member)),
    spare: live.filter((member) => !declared.includes(member)),
  };
}

/** Names of the properties that differ, each once; not of those whose declared value only the update will know. */
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
