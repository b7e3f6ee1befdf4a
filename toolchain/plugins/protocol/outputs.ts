import { type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";
import { rawStateDelta } from "./rawStateDelta";
import type { ResourceSchema } from "./resourceSchema";

/** What the engine is told about an object: its state, its id, and the bridge's note on it unless something is unknown. */
export function outputs(
  schema: ResourceSchema,
  id: string | typeof unknownValue,
  state: PropertyMap,
): PropertyMap {
  const properties: PropertyMap = { ...state, id };
  return Object.values(properties).includes(unknownValue)
    ? properties
    : { ...properties, __pulumi_raw_state_delta: rawStateDelta(schema, state) };
}

/**
 * The state after a create or an update. Of "no list" and "an empty list" the planned one is kept: a state must be what
 * its plan said.
 */
export function settledState(planned: PropertyMap, live: PropertyMap): PropertyMap {
  const entries = Object.entries(live).map(([name, value]): [string, PropertyValue] => [
    name,
    Array.isArray(value) && value.length === 0 && planned[name] === null ? null : value,
  ]);
  return Object.fromEntries(entries);
}
