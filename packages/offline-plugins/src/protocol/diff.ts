import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";

import { planState } from "./planState";
import {
  isAbsent,
  isMap,
  isZero,
  type PropertyMap,
  type PropertyValue,
  unknownValue,
} from "./propertyValue";
import { isNested, isSameValue, type PropertySchema, type ResourceSchema } from "./resourceSchema";
import type { ResourceType } from "./resourceType";

/** The answer of `Diff`: the changes that a resource needs to match its inputs, and whether they replace it. */
export function diffResponse<Session>(
  { schema, deleteBeforeReplace }: ResourceType<Session>,
  old: PropertyMap,
  inputs: PropertyMap,
  ignored: ReadonlySet<string>,
): DiffResponse {
  const replacing = Object.keys(schema).filter((name) => schema[name]?.replaces === true);
  const changes = propertyChanges(schema, old, planState(schema, old, inputs, ignored), inputs);

  const response = new DiffResponse();
  response.setChanges(
    changes.length === 0 ? DiffResponse.DiffChanges.DIFF_NONE : DiffResponse.DiffChanges.DIFF_SOME,
  );
  const changed = new Set(changes.map(({ property }) => property));
  const replaces = [
    ...new Set(changes.filter((change) => change.replaces).map(({ property }) => property)),
  ].sort();
  for (const { path, kind, replaces: isReplacing } of changes) {
    const detail = new PropertyDiff();
    detail.setKind(isReplacing ? kinds[kind].replacing : kinds[kind].inPlace);
    response.getDetaileddiffMap().set(path, detail);
  }
  response.setDiffsList([...changed].sort());
  response.setReplacesList(replaces);
  response.setStablesList(replacing.filter((name) => !replaces.includes(name)).sort());
  response.setDeletebeforereplace(
    replaces.length > 0 && (deleteBeforeReplace || hasChosenName(inputs)),
  );
  response.setHasdetaileddiff(true);
  return response;

  /** Two objects cannot share a name. If the program chose it, the old object must be deleted first. */
  function hasChosenName(properties: PropertyMap): boolean {
    const defaults = properties["__defaults"];
    if (!Array.isArray(defaults)) return false;
    return Object.keys(schema).some(
      (name) =>
        schema[name]?.autonamed === true &&
        properties[name] !== undefined &&
        !defaults.includes(name),
    );
  }
}

const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = PropertyDiff.Kind;

const kinds: Record<ChangeKind, { inPlace: PropertyDiff.Kind; replacing: PropertyDiff.Kind }> = {
  add: { inPlace: ADD, replacing: ADD_REPLACE },
  delete: { inPlace: DELETE, replacing: DELETE_REPLACE },
  update: { inPlace: UPDATE, replacing: UPDATE_REPLACE },
};

/**
 * The differences between a present state and a planned one, in the form of the bridge.
 *
 * The path of an added set element has its index in the program's list, that of a removed one its index in the state.
 */
export function propertyChanges(
  schema: ResourceSchema,
  old: PropertyMap,
  planned: PropertyMap,
  inputs: PropertyMap,
): PropertyChange[] {
  return Object.entries(schema).flatMap(([name, property]) =>
    changesOf(property, old[name] ?? null, planned[name] ?? null, inputs[name] ?? null).map(
      ({ path, ...change }) => ({ property: name, path: `${name}${path}`, ...change }),
    ),
  );
}

/** A difference in a property or in a part of it (`privileges[1]`, `ports[0].external`). */
interface PropertyChange {
  /** The resource's own property. */
  property: string;
  path: string;
  kind: ChangeKind;
  /** Whether it replaces the resource. */
  replaces: boolean;
}

type ChangeKind = "add" | "delete" | "update";

function changesOf(
  property: PropertySchema,
  old: PropertyValue,
  planned: PropertyValue,
  input: PropertyValue,
): Change[] {
  const replaces = property.replaces === true || property.replacesHere === true;
  const whole = (kind: ChangeKind, value: PropertyValue): Change[] => [
    { path: "", kind, replaces: replaces || replacesWithin(property, value) },
  ];
  if (property.default === undefined && isZero(old) && isZero(planned)) return [];
  if (isAbsent(old)) return isAbsent(planned) ? [] : whole("add", planned);
  if (isAbsent(planned)) return whole("delete", old);
  if (planned === unknownValue) return whole("update", old);
  if (Array.isArray(old) && Array.isArray(planned)) {
    const pairs =
      property.kind === "set" || property.kind === "objectSet"
        ? setPairs(property, old, planned, Array.isArray(input) ? input : planned)
        : listPairs(property, old, planned);
    return pairs.flatMap(([index, before, after]) =>
      under(`[${index}]`, replaces, elementChanges(property, before, after)),
    );
  }
  if (isMap(old) && isMap(planned)) return mapChanges(property, old, planned, input, replaces);
  return old === planned ? [] : whole("update", planned);
}

/** A change within one property; the path begins after the property's name. */
interface Change {
  path: string;
  kind: ChangeKind;
  replaces: boolean;
}

/** An index with the elements before and after. */
type ElementPair = [index: number, before: PropertyValue, after: PropertyValue];

function listPairs(
  property: PropertySchema,
  old: readonly PropertyValue[],
  planned: readonly PropertyValue[],
): ElementPair[] {
  const length = Math.max(old.length, planned.length);
  return Array.from({ length }, (_, index): ElementPair => [
    index,
    old[index] ?? null,
    planned[index] ?? null,
  ]).filter(([, before, after]) => !isSameValue(property, before, after));
}

function setPairs(
  property: PropertySchema,
  old: readonly PropertyValue[],
  planned: readonly PropertyValue[],
  input: readonly PropertyValue[],
): ElementPair[] {
  const isIn = (set: readonly PropertyValue[], element: PropertyValue) =>
    set.some((other) => isSameValue(property, element, other));
  const removed = new Map(
    old.flatMap((element, index) => (isIn(planned, element) ? [] : [[index, element] as const])),
  );
  const added = new Map(
    planned.flatMap((element, index) => {
      if (isIn(old, element)) return [];
      // Planned objects keep the program's order. Planned strings are sorted by their bytes.
      return [[property.kind === "set" ? input.indexOf(element) : index, element] as const];
    }),
  );
  return [...new Set([...removed.keys(), ...added.keys()])]
    .sort((a, b) => a - b)
    .map((index) => [index, removed.get(index) ?? null, added.get(index) ?? null]);
}

function elementChanges(
  property: PropertySchema,
  before: PropertyValue,
  after: PropertyValue,
): Change[] {
  const replaces = replacesWithin(property, after ?? before);
  if (before === null) return [{ path: "", kind: "add", replaces }];
  if (after === null) return [{ path: "", kind: "delete", replaces }];
  return isMap(before) && isMap(after)
    ? mapChanges(property, before, after, after, false)
    : [{ path: "", kind: "update", replaces }];
}

function mapChanges(
  property: PropertySchema,
  old: PropertyMap,
  planned: PropertyMap,
  input: PropertyValue,
  replaces: boolean,
): Change[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(planned)])].sort();
  const inputs = isMap(input) ? input : {};
  return keys.flatMap((key) => {
    const inner: PropertySchema | undefined = isNested(property)
      ? property.properties[key]
      : { kind: "string", default: "" };
    if (inner === undefined) return [];
    const changes = changesOf(inner, old[key] ?? null, planned[key] ?? null, inputs[key] ?? null);
    return under(`.${key}`, replaces, changes);
  });
}

function under(prefix: string, replaces: boolean, changes: readonly Change[]): Change[] {
  return changes.map((change) => ({
    path: `${prefix}${change.path}`,
    kind: change.kind,
    replaces: replaces || change.replaces,
  }));
}

/** Whether adding or removing this object replaces the resource because of one of its properties. */
function replacesWithin(property: PropertySchema, value: PropertyValue): boolean {
  if (!isNested(property)) return false;
  const parts: readonly PropertyValue[] = Array.isArray(value) ? value : [value];
  return Object.entries(property.properties).some(
    ([name, inner]) =>
      (inner.replaces === true || inner.replacesHere === true) &&
      parts.some((part) => isMap(part) && !isZero(part[name])),
  );
}
