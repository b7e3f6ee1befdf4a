import type { SchemaObject } from "@hosterizer/postgres/schema/catalog/schemaObject";

/** How one schema differs from another, a line for each object and fact, in the order of their names. */
export function compareSchemas(
  expected: readonly SchemaObject[],
  actual: readonly SchemaObject[],
): string[] {
  const [wanted, found] = [byName(expected), byName(actual)];
  const names = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return names.flatMap((name) => {
    const [one, other] = [wanted.get(name), found.get(name)];
    if (one === undefined) return [`${name} is too much`];
    if (other === undefined) return [`${name} is missing`];
    return factsOf(one, other).map((fact) => `${name}: ${fact}`);
  });
}

function byName(objects: readonly SchemaObject[]): Map<string, SchemaObject> {
  return new Map(objects.map((object) => [`${object.kind} ${object.identity}`, object]));
}

function factsOf({ facts: wanted }: SchemaObject, { facts: found }: SchemaObject): string[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return names
    .filter((name) => (wanted[name] ?? null) !== (found[name] ?? null))
    .map((name) => `${name} ${found[name] ?? "none"}, expected ${wanted[name] ?? "none"}`);
}
