import {
  hasUnknown,
  isAbsent,
  isMap,
  type PropertyMap,
  type PropertyValue,
  type unknownValue,
} from "./propertyValue";
import {
  isNested,
  mapParts,
  type PropertySchema,
  type ResourceSchema,
  zeroOf,
} from "./resourceSchema";
import type { ResourceType } from "./resourceType";

/**
 * What the engine is told about an object: its state, its id, and the bridge's notes on it unless something is unknown.
 *
 * @param isNew The object has just been created.
 */
export function outputs<Session>(
  { schema, meta }: Pick<ResourceType<Session>, "schema" | "meta">,
  id: string | typeof unknownValue,
  state: PropertyMap,
  isNew = false,
): PropertyMap {
  const properties: PropertyMap = { ...state, id };
  if (hasUnknown(properties)) return properties;
  return {
    ...properties,
    __pulumi_raw_state_delta: rawStateDelta(schema, state, isNew),
    ...(meta === undefined ? {} : { __meta: meta }),
  };
}

/**
 * The state after a create or an update. Of "no list" and "an empty list" the planned one is kept, and so are planned
 * objects, but for lists of them: a state must be what its plan said.
 */
export function settledState(
  schema: ResourceSchema,
  planned: PropertyMap,
  live: PropertyMap,
): PropertyMap {
  const entries = Object.entries(live).map(([name, value]): [string, PropertyValue] => {
    const plan = planned[name] ?? null;
    if (isAbsent(value) && plan === null) return [name, null];
    const kind = schema[name]?.kind;
    const keepsPlan = kind === "objectSet" || (kind === "object" && plan !== null);
    return [name, keepsPlan && !hasUnknown(plan) ? plan : value];
  });
  return Object.fromEntries(entries);
}

/** The state after a refresh, in which the objects of nested properties are complete: what they lack is empty. */
export function refreshedState(schema: ResourceSchema, live: PropertyMap): PropertyMap {
  const entries = Object.entries(live).map(([name, value]): [string, PropertyValue] => {
    const property = schema[name];
    if (property === undefined || !isNested(property)) return [name, value];
    return [name, mapParts(value, (part) => completePart(property.properties, part))];
  });
  return Object.fromEntries(entries);
}

function completePart(schema: ResourceSchema, part: PropertyMap): PropertyMap {
  const entries = Object.entries(schema).map(([name, property]): [string, PropertyValue] => [
    name,
    part[name] ?? zeroOf(property),
  ]);
  return refreshedState(schema, Object.fromEntries(entries));
}

/**
 * The bridge's note in the state of how Pulumi's view of it differs from Terraform's: which properties are collections, and
 * which have another name. The official plugin rebuilds its own state from it.
 *
 * @param isNew Just created: an object that the server was to decide on, and decided against, has no note yet.
 */
function rawStateDelta(schema: ResourceSchema, state: PropertyMap, isNew = false): PropertyMap {
  const notes = Object.entries(schema).flatMap(([name, property]) => {
    const value = state[name] ?? null;
    if (isNew && value === null && property.computed === true) return [];
    const note = noteOn(property, value);
    return note === undefined ? [] : [[name, note] as const];
  });
  const renamed = Object.keys(schema).flatMap((name) => {
    const terraformName = schema[name]?.terraformName;
    return terraformName === undefined ? [] : [[name, terraformName] as const];
  });
  return {
    obj: {
      ...(notes.length === 0 ? {} : { ps: Object.fromEntries(notes) }),
      ...(renamed.length === 0 ? {} : { renamed: Object.fromEntries(renamed) }),
    },
  };
}

function noteOn(property: PropertySchema, value: PropertyValue): PropertyMap | undefined {
  if (property.kind === "map") return value === null ? undefined : { map: {} };
  if (property.kind === "object") {
    // Terraform has a list of at most one element.
    const inner =
      isNested(property) && isMap(value) ? rawStateDelta(property.properties, value) : {};
    return { plu: { i: inner } };
  }
  if (!Array.isArray(value)) return undefined;
  if (!isNested(property) || value.length === 0) return { arr: {} };
  const parts = value.map((part: PropertyValue, index) => [
    String(index),
    isMap(part) ? rawStateDelta(property.properties, part) : {},
  ]);
  return { arr: { el: Object.fromEntries(parts) as PropertyMap } };
}
