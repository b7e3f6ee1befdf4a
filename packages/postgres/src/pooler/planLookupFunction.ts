import { escapeIdentifier, escapeLiteral } from "pg";

import { type LookupDefinition, lookupDefinition } from "./lookupDefinition";
import type { LookupFinding } from "./lookupFinding";
import { grantLookup, planLookupExecutors } from "./planLookupExecutors";
import type { PoolerKind } from "./poolerKinds";
import type { FoundFunction } from "./readUserLookup";
import { lookupFunction, lookupSchema, type UserLookup } from "./userLookup";

const object = `function ${lookupFunction}`;

/** Leaves the function, and who may execute it, as declared. One that returns something else is made anew. */
export function planLookupFunction(
  found: FoundFunction | null,
  lookup: UserLookup,
): LookupFinding[] {
  const wanted = lookupDefinition(lookup);
  if (found === null) {
    return [
      {
        kind: "lookup function missing",
        object,
        expected: `returns ${wanted.result}`,
        actual: null,
        repair: "automatic",
        reason: "without it nobody comes through the pooler",
        sql: `${create(wanted)};\n${grantLookup(lookup)}`,
      },
    ];
  }
  const differences = compare(found, wanted);
  const replaced = differences.some(({ kind }) => kind === "lookup function result");
  const sql = replaced
    ? `drop routine ${lookupFunction};\n${create(wanted)};\n${grantLookup(lookup)}`
    : create(wanted);
  return [
    ...differences.map((difference, index): LookupFinding => ({
      ...{ ...difference, object, repair: "automatic" },
      // One statement ends all of them.
      ...(index === 0 ? { sql } : {}),
    })),
    // One that is made anew gets its privileges with that.
    ...(replaced ? [] : planLookupExecutors(found.executors, lookup)),
  ];
}

function compare(found: FoundFunction, wanted: LookupDefinition) {
  const differences: { kind: PoolerKind; expected: string; actual: string; reason?: string }[] = [
    {
      kind: "lookup function result",
      expected: `(${wanted.arguments}) returns ${wanted.result}`,
      actual: `(${found.arguments}) returns ${found.result}`,
    },
    {
      kind: "lookup function owner",
      expected: `owner ${wanted.owner}`,
      actual: `owner ${found.owner}`,
      reason: "it reads with its owner's rights",
    },
    {
      kind: "lookup function body",
      expected: `language ${wanted.language}, body ${oneLine(wanted.body)}`,
      actual: `language ${found.language}, body ${oneLine(found.body)}`,
      reason: "it says whose password the pooler accepts",
    },
    ...wanted.attributes.map((expected, index) => ({
      kind: "lookup function attribute" as const,
      expected,
      actual: found.attributes[index] ?? "",
    })),
  ];
  return differences.filter(({ expected, actual }) => expected !== actual);
}

function create({ arguments: taken, result, language, body, attributes, owner }: LookupDefinition) {
  return `create or replace function ${lookupSchema}.user_lookup(${taken}) returns ${result}
  language ${language} ${attributes.join(" ")}
  as ${escapeLiteral(body)};
alter function ${lookupFunction} owner to ${escapeIdentifier(owner)}`;
}

// The bodies stand in one line of drift.
function oneLine(body: string): string {
  return body.replaceAll(/\s+/g, " ").trim();
}
