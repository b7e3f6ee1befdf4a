type Properties = Readonly<Record<string, unknown>>;

/** Pulumi shows no property with such a name, neither where it comes nor where it goes. */
export const hidden = (name: string) => `__${name}`;

/**
 * What a resource compares the database with, at length. A preview would show hundreds of lines of it whenever the resource
 * changes in anything; where the database differs from it, a line of `drift` says so.
 */
const declarations: readonly string[] = [
  "acknowledgedLoss",
  "extensions",
  "grants",
  "lookup",
  "roles",
  "schemas",
  "security",
  "tenancy",
];

/** Properties as Pulumi gets them. */
export function hideDeclarations(properties: Properties): Record<string, unknown> {
  const entries = Object.entries(properties).map(([name, value]) => [
    declarations.includes(name) ? hidden(name) : name,
    value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Properties as a provider knows them. In states of earlier versions nothing is hidden. */
export function readDeclarations(properties: Properties): Record<string, unknown> {
  const names = new Map(declarations.map((name) => [hidden(name), name]));
  const entries = Object.entries(properties).map(([name, value]) => [
    names.get(name) ?? name,
    value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
