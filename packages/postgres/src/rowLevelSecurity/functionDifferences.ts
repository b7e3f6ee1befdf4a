import type { Finding } from "../convergence/difference";
import type { ContextFunction } from "./contextFunctions";
import type { FoundFunction } from "./readContextFunctions";

/** One way in which a function is not the declared one. */
interface FunctionDifference {
  kind: Finding["kind"];
  expected: string;
  actual: string;
  reason?: string;
  /** Whether CREATE OR REPLACE cannot end it. */
  isAnother: boolean;
}

const volatilities = new Map([
  ["i", "IMMUTABLE"],
  ["s", "STABLE"],
  ["v", "VOLATILE"],
]);
const parallels = new Map([
  ["s", "PARALLEL SAFE"],
  ["r", "PARALLEL RESTRICTED"],
  ["u", "PARALLEL UNSAFE"],
]);

/** Compares a function, its privileges aside. */
export function functionDifferences(
  found: FoundFunction,
  wanted: ContextFunction,
  owner: string,
): FunctionDifference[] {
  const returns = `${found.kind === "p" ? "procedure, " : ""}returns ${found.set ? "setof " : ""}${found.returns}`;
  const body = { kind: "context function body", isAnother: false } as const;
  const attribute = { kind: "context function attribute", isAnother: false } as const;
  const differences: FunctionDifference[] = [
    {
      kind: "context function result",
      expected: `returns ${wanted.returns}`,
      actual: returns,
      isAnother: true,
    },
    {
      kind: "context function owner",
      expected: `owner ${owner}`,
      actual: `owner ${found.owner}`,
      isAnother: true,
    },
    {
      ...body,
      expected: `language plpgsql, body ${oneLine(wanted.body)}`,
      actual: `language ${found.language}, body ${oneLine(found.body)}`,
    },
    {
      ...attribute,
      expected: "STABLE",
      actual: volatilities.get(found.volatility) ?? found.volatility,
      reason: "stable, it runs once a statement",
    },
    {
      ...attribute,
      expected: "PARALLEL SAFE",
      actual: parallels.get(found.parallel) ?? found.parallel,
    },
    {
      ...attribute,
      expected: security(wanted.securityDefiner),
      actual: security(found.security_definer),
    },
    {
      ...attribute,
      expected: "NOT LEAKPROOF",
      actual: found.leakproof ? "LEAKPROOF" : "NOT LEAKPROOF",
    },
    {
      ...attribute,
      expected: settings(wanted.configuration),
      actual: settings(found.configuration),
    },
  ];
  return differences.filter(({ expected, actual }) => expected !== actual);
}

function security(isDefiner: boolean): string {
  return isDefiner ? "SECURITY DEFINER" : "SECURITY INVOKER";
}

function settings(configuration: readonly string[]): string {
  return configuration.length ? `SET ${configuration.join(", ")}` : "no SET";
}

// The bodies stand in one line of drift.
function oneLine(body: string): string {
  return body.replaceAll(/\s+/g, " ").trim();
}
