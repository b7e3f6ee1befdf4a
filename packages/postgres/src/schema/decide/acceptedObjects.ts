import type { SchemaFinding } from "../schemaFinding";
import type { SchemaStates } from "../schemaFindings";
import type { ObjectKey } from "../schemaObject";

/** The objects that findings are about, with those that came or went along and are named nowhere. */
export function acceptedObjects(
  findings: readonly SchemaFinding[],
  { expected, actual }: SchemaStates,
): ObjectKey[] {
  const changes = findings.map(({ change }) => change);
  const within = [...expected, ...actual].filter(({ identity, facts }) =>
    changes.some(
      (change) =>
        facts["parent"] === change.identity ||
        (change.change !== "altered" &&
          (facts["table"] === change.identity ||
            (change.kind === "schema" &&
              [identity, facts["table"]].some((name) => name?.startsWith(`${change.identity}.`))))),
    ),
  );
  const keys = [...changes, ...within].map(({ kind, identity }) => ({ kind, identity }));
  return [...new Map(keys.map((key) => [`${key.kind} ${key.identity}`, key])).values()];
}
