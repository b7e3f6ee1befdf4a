import { hidden } from "./hidden";

/** The inputs that a `check` adds, each a list of lines: what it has found, and no part of what is declared. */
const names = ["drift", "pending"] as const;

type Properties = Readonly<Record<string, unknown>>;

/**
 * The inputs that a `check` returns to Pulumi.
 *
 * A preview shows what was found. An update leaves it in the state, where the next preview would show it as removed: so it
 * is hidden there. Where nothing was found there is no such input.
 */
export function withFindings(inputs: Properties, isShown: boolean): Record<string, unknown> {
  const found = names
    .map((name) => [isShown ? name : hidden(name), inputs[name]] as const)
    .filter(([, lines]) => Array.isArray(lines) && lines.length > 0);
  return { ...withoutFindings(inputs), ...Object.fromEntries(found) };
}

/** Inputs as a provider knows them: findings have their own names, however Pulumi was told them. */
export function readFindings(
  inputs: Properties,
  isPresent: (lines: unknown) => boolean,
): Record<string, unknown> {
  const found = names
    .map((name) => [name, inputs[name] ?? inputs[hidden(name)]] as const)
    .filter(([, lines]) => lines !== undefined && isPresent(lines));
  return { ...withoutFindings(inputs), ...Object.fromEntries(found) };
}

/** What is declared. */
export function withoutFindings(inputs: Properties): Record<string, unknown> {
  const all: readonly string[] = [...names, ...names.map(hidden)];
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !all.includes(name)));
}
