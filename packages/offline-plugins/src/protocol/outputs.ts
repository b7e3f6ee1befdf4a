import {
  hasUnknown,
  isAbsent,
  type PropertyMap,
  type PropertyValue,
  type unknownValue,
} from "./propertyValue";
import { rawStateDelta } from "./rawStateDelta";
import { isNested, mapParts, type ResourceSchema } from "./resourceSchema";
import type { ResourceType } from "./resourceType";
import { zeroOf } from "./zeroOf";

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
