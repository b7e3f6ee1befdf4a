/** Inputs or outputs of a resource by name. */
export type Properties = Readonly<Record<string, unknown>>;

/** Pulumi shows no property with such a name, in previews or in updates. */
const hidden = (name: string) => `__${name}`;

/**
 * What a resource compares the database with, at length. A preview would print hundreds of lines of it whenever anything of the
 * resource changes; where the database differs from it, a line of `drift` says so.
 */
const declarations: readonly string[] = [
  "acknowledgedLoss",
  "databaseSettings",
  "extensions",
  "grants",
  "lookup",
  "roles",
  "schemas",
  "security",
  "tenancy",
];

/** Properties as Pulumi gets and stores them, with long declarations hidden. */
export function hideDeclarations(properties: Properties): Record<string, unknown> {
  return renamed(properties, (name) => (declarations.includes(name) ? hidden(name) : name));
}

/** Properties as a provider knows them, hidden or not. */
export function revealDeclarations(properties: Properties): Record<string, unknown> {
  const names = new Map(declarations.map((name) => [hidden(name), name]));
  return renamed(properties, (name) => names.get(name) ?? name);
}

function renamed(properties: Properties, rename: (name: string) => string) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [rename(name), value]),
  );
}

/** The inputs that `check` adds: what it found, and no part of what is declared. */
const findings = ["drift", "pending"] as const;

/**
 * The inputs that `check` returns to Pulumi: a preview shows its findings, an update hides them.
 *
 * An update leaves them in the state, where the next preview would show them as removed. Where nothing was found there is no such
 * input.
 */
export function withFindings(inputs: Properties, isShown: boolean): Record<string, unknown> {
  const found = findings
    .map((name) => [isShown ? name : hidden(name), inputs[name]] as const)
    .filter(([, lines]) => Array.isArray(lines) && lines.length > 0);
  return { ...withoutFindings(inputs), ...Object.fromEntries(found) };
}

/** Inputs as a provider knows them, with those findings that still hold under their own names, hidden or not. */
export function revealFindings(
  inputs: Properties,
  holds: (lines: unknown) => boolean,
): Record<string, unknown> {
  const found = findings
    .map((name) => [name, inputs[name] ?? inputs[hidden(name)]] as const)
    .filter(([, lines]) => lines !== undefined && holds(lines));
  return { ...withoutFindings(inputs), ...Object.fromEntries(found) };
}

/** The inputs that are declared. */
export function withoutFindings(inputs: Properties): Record<string, unknown> {
  const all: readonly string[] = [...findings, ...findings.map(hidden)];
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !all.includes(name)));
}
