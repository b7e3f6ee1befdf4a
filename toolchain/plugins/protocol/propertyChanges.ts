import {
  isAbsent,
  isZero,
  type PropertyMap,
  type PropertyValue,
  unknownValue,
} from "./propertyValue";
import type { PropertySchema, ResourceSchema } from "./resourceSchema";

export type ChangeKind = "add" | "delete" | "update";

/** One difference: of a property, or of one element of it (`privileges[1]`). */
export interface PropertyChange {
  property: string;
  path: string;
  kind: ChangeKind;
}

/**
 * The differences between a present state and a planned one, in the words of the bridge.
 *
 * An added element of a set is named by its place in the program's list, a removed one by its place in the state.
 */
export function propertyChanges(
  schema: ResourceSchema,
  old: PropertyMap,
  planned: PropertyMap,
  inputs: PropertyMap,
): PropertyChange[] {
  return Object.entries(schema).flatMap(([property, propertySchema]) =>
    changesOf(
      propertySchema,
      old[property] ?? null,
      planned[property] ?? null,
      inputs[property] ?? null,
    ).map(({ index, kind }) => ({
      property,
      path: index === undefined ? property : `${property}[${index}]`,
      kind,
    })),
  );
}

interface Change {
  index?: number;
  kind: ChangeKind;
}

function changesOf(
  { kind, default: fallback }: PropertySchema,
  old: PropertyValue,
  planned: PropertyValue,
  input: PropertyValue,
): Change[] {
  if (fallback === undefined && isZero(old) && isZero(planned)) return [];
  if (isAbsent(old)) return isAbsent(planned) ? [] : [{ kind: "add" }];
  if (isAbsent(planned)) return [{ kind: "delete" }];
  if (planned === unknownValue) return [{ kind: "update" }];
  if (Array.isArray(old) && Array.isArray(planned))
    return kind === "set"
      ? setChanges(old, planned, Array.isArray(input) ? input : planned)
      : listChanges(old, planned);
  return old === planned ? [] : [{ kind: "update" }];
}

function listChanges(old: readonly PropertyValue[], planned: readonly PropertyValue[]): Change[] {
  const length = Math.max(old.length, planned.length);
  return Array.from({ length }, (_, index) => index)
    .filter((index) => old[index] !== planned[index])
    .map((index) => ({ index, kind: kindAt(index < old.length, index < planned.length) }));
}

function setChanges(
  old: readonly PropertyValue[],
  planned: readonly PropertyValue[],
  input: readonly PropertyValue[],
): Change[] {
  const removed = new Set(
    old.flatMap((element, index) => (planned.includes(element) ? [] : [index])),
  );
  const added = new Set(
    planned.filter((element) => !old.includes(element)).map((element) => input.indexOf(element)),
  );
  return [...new Set([...removed, ...added])]
    .sort((a, b) => a - b)
    .map((index) => ({ index, kind: kindAt(removed.has(index), added.has(index)) }));
}

function kindAt(wasThere: boolean, willBeThere: boolean): ChangeKind {
  if (!wasThere) return "add";
  return willBeThere ? "update" : "delete";
}
