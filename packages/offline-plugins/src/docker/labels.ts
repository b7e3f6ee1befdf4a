import { sortedStrings } from "../protocol/propertyValue";

/** One label, in the form that the resources use. */
interface Label {
  label: string;
  value: string;
}

/** The property `labels` of a resource that is replaced when a label changes. */
export const labelsSchema = {
  kind: "objectSet",
  replaces: true,
  properties: {
    label: { kind: "string", required: true, replaces: true },
    value: { kind: "string", required: true, replaces: true },
  },
} as const;

/** Converts labels to the engine's form. */
export function labelMap(labels: readonly Label[] | null): Record<string, string> {
  return Object.fromEntries((labels ?? []).map(({ label, value }) => [label, value]));
}

/** Converts the engine's labels to the form of the resources, sorted by name. */
export function labelList(labels: Readonly<Record<string, string>> | null | undefined): Label[] {
  const map = labels ?? {};
  return sortedStrings(Object.keys(map)).map((label) => ({ label, value: map[label] ?? "" }));
}
