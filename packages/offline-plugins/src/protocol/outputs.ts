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
 * The outputs of an object: its state, its id and, unless a value is unknown, the bridge's notes.
 *
 * @param isNew whether the object has just been created
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
 * The bridge's note on how Pulumi's view of the state differs from Terraform's: which properties are collections, and which
 * have another name. The official plugin rebuilds its own state from it.
 *
 * @param isNew whether the object has just been created; computed properties that are null then have no note
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
    // In Terraform it is a list of at most one element.
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

/**
 * The state after a create or an update, which must match its plan. Where the plan has no list and the server an empty one,
 * there is no list. Planned objects and sets of objects are kept as planned.
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

/** The state after a refresh. Missing properties of nested objects are filled with empty values. */
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
