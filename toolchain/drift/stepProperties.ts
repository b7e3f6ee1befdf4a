import type { PreviewStep } from "./previewOutput";

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

/** Names of the properties that differ, each once. */
export function changedProperties({ detailedDiff }: PreviewStep): string[] {
  return [...new Set(Object.keys(detailedDiff).map((path) => path.replace(/[.[].*$/, "")))];
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
