import { sortedStrings } from "../protocol/propertyValue";

/** One label of an object of Docker's, as the plugin's resources have it. */
interface Label {
  label: string;
  value: string;
}

/** The property `labels` of a resource that is made anew when one changes. */
export const labelsSchema = {
  kind: "objectSet",
  replaces: true,
  properties: {
    label: { kind: "string", required: true, replaces: true },
    value: { kind: "string", required: true, replaces: true },
  },
} as const;

/** Labels as the engine takes them. */
export function labelMap(labels: readonly Label[] | null): Record<string, string> {
  return Object.fromEntries((labels ?? []).map(({ label, value }) => [label, value]));
}

/** Labels as the engine has them, in the order of their names. */
export function labelList(labels: Readonly<Record<string, string>> | null | undefined): Label[] {
  const map = labels ?? {};
  return sortedStrings(Object.keys(map)).map((label) => ({ label, value: map[label] ?? "" }));
}
