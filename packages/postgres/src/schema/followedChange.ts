import type { SchemaChange } from "./catalog/compareSchema";
import type { SchemaObjectKind } from "./schemaObject";

/**
 * The change that another one came with: an index went with its column, a default was rewritten with its column's type.
 *
 * @param facts Those of an altered object that the change is about; none: all.
 * @param holding The changes that hold data.
 */
export function followedChange(
  change: SchemaChange,
  facts: readonly string[],
  holding: readonly SchemaChange[],
): SchemaChange | undefined {
  // What a function's body speaks of is not bound to it; its signature is.
  if (routines.has(change.kind) && change.change === "altered") return undefined;
  // Comments never come with anything.
  if (facts.includes("comment")) return undefined;

  const texts = [change.expected, change.actual].flatMap((object) =>
    Object.entries(object?.facts ?? {})
      .filter(([fact]) => facts.length === 0 || facts.includes(fact))
      .map(([, text]) => text ?? ""),
  );
  const { table } = (change.expected ?? change.actual)?.facts ?? {};
  return holding.find((other) => {
    if (other.kind === change.kind && other.identity === change.identity) {
      // A default is rewritten with the type of its column, not with anything else of it.
      return change.kind === "column" && facts.includes("default") && other.facts.includes("type");
    }
    // What was added brings, what is missing took along, and either may have altered what spoke of it.
    if (change.change !== "altered" && change.change !== other.change) return false;
    if (other.kind !== "column") {
      return other.change !== "altered" && mentions(texts, other.identity);
    }
    if (routines.has(change.kind)) return false;
    const { table: its = "", name = "" } = (other.expected ?? other.actual)?.facts ?? {};
    return (
      (table === its || mentions(texts, its ?? "")) &&
      mentions(texts, name ?? "") &&
      (other.change !== "altered" || other.facts.includes("type"))
    );
  });
}

const routines: ReadonlySet<SchemaObjectKind> = new Set(["function", "procedure", "aggregate"]);

function mentions(texts: readonly string[], name: string): boolean {
  if (name === "") return false;
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const word = new RegExp(`(?<![\\w"$])${escaped}(?![\\w"$])`);
  return texts.some((text) => word.test(text));
}
