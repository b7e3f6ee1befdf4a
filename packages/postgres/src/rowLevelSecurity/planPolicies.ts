import { escapeIdentifier } from "pg";

import type { Finding } from "../convergence/difference";
import type { Policy } from "./policies";

/** What can differ about a policy, and how PostgreSQL says it. */
const aspects: readonly { kind: Finding["kind"]; say: (policy: Policy) => string }[] = [
  {
    kind: "policy permissive",
    say: ({ permissive }) => (permissive ? "PERMISSIVE" : "RESTRICTIVE"),
  },
  { kind: "policy command", say: ({ command }) => `FOR ${command}` },
  { kind: "policy roles", say: ({ roles }) => `TO ${roles.join(", ")}` },
  { kind: "policy expression", say: ({ using }) => `USING ${using ?? "nothing"}` },
  { kind: "policy expression", say: ({ check }) => `WITH CHECK ${check ?? "nothing"}` },
];

/**
 * Leaves a table with exactly the wanted policies.
 *
 * A policy beside them is dropped: permissive policies add up, and one forgotten `using (true)` opens the table. A
 * policy that differs in several ways is one finding a way, and the first makes it anew.
 *
 * @param table With its schema, as PostgreSQL writes it in a statement.
 */
export function planPolicies(
  found: readonly Policy[],
  wanted: readonly Policy[],
  table: string,
): Finding[] {
  const added = found.filter(({ name }) => !wanted.some((policy) => policy.name === name));
  return [
    ...wanted.flatMap((policy) => {
      const present = found.find(({ name }) => name === policy.name);
      return present === undefined ? [missing(policy, table)] : altered(present, policy, table);
    }),
    ...added.map((policy) => undeclared(policy, table)),
  ];
}

function missing(policy: Policy, table: string): Finding {
  return {
    kind: "policy missing",
    object: `policy ${policy.name} on ${table}`,
    expected: describe(policy),
    actual: null,
    repair: "automatic",
    sql: create(policy, table),
  };
}

function altered(found: Policy, wanted: Policy, table: string): Finding[] {
  return aspects
    .map(({ kind, say }) => ({ kind, expected: say(wanted), actual: say(found) }))
    .filter(({ expected, actual }) => expected !== actual)
    .map((difference, index): Finding => ({
      ...difference,
      object: `policy ${wanted.name} on ${table}`,
      repair: "automatic",
      ...(index === 0 ? { sql: `${drop(found, table)};\n${create(wanted, table)}` } : {}),
    }));
}

function undeclared(policy: Policy, table: string): Finding {
  return {
    kind: "policy added",
    object: `policy ${policy.name} on ${table}`,
    expected: null,
    actual: describe(policy),
    repair: "automatic",
    sql: drop(policy, table),
  };
}

function describe(policy: Policy): string {
  return aspects
    .map(({ say }) => say(policy))
    .filter((part) => !part.endsWith(" nothing"))
    .join(" ");
}

function drop({ name }: Policy, table: string): string {
  return `drop policy ${escapeIdentifier(name)} on ${table}`;
}

function create(policy: Policy, table: string): string {
  const { name, permissive, command, roles, using, check } = policy;
  return [
    `create policy ${escapeIdentifier(name)} on ${table}`,
    `as ${permissive ? "permissive" : "restrictive"} for ${command}`,
    `to ${roles.map((role) => escapeIdentifier(role)).join(", ")}`,
    ...(using === null ? [] : [`using (${using})`]),
    ...(check === null ? [] : [`with check (${check})`]),
  ].join(" ");
}
