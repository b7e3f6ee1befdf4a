import { createHash } from "node:crypto";

import {
  isMap,
  isReserved,
  isZero,
  type PropertyMap,
  type PropertyValue,
  unknownValue,
} from "./propertyValue";
import { isNested, mapParts, type PropertySchema, type ResourceSchema } from "./resourceSchema";
import type { Fault, ResourceType } from "./resourceType";

/**
 * Checks a resource's inputs and fills in defaults. Like Pulumi's bridge, it lists these in `__defaults`, for the resource and
 * for each object in its properties.
 *
 * Defaults that are zero (false, 0, "") are left out, because the server behaves the same without them.
 *
 * @param official the plugin that serves what this one refuses, for messages
 */
export function checkInputs<Session>(
  { schema, faults }: ResourceType<Session>,
  official: string,
  olds: PropertyMap,
  news: PropertyMap,
  naming: Naming,
): CheckedInputs {
  const found: Fault[] = [];
  const inputs = checkProperties(schema, "", news, (name) => autoName(name, olds, naming));
  // Checks across properties need valid single properties.
  if (found.length === 0) found.push(...faults(inputs));
  return { inputs, faults: found };

  function checkProperties(
    properties: ResourceSchema,
    path: string,
    given: PropertyMap,
    nameFor: (property: string) => string,
  ): PropertyMap {
    const inputs: Record<string, PropertyValue> = {};
    for (const [name, value] of Object.entries(given)) {
      if (isReserved(name) || value === null) continue;
      inputs[name] = checkProperty(properties[name], `${path}${name}`, value);
    }
    const defaults: string[] = [];
    for (const [name, property] of Object.entries(properties)) {
      if (inputs[name] !== undefined) continue;
      const where = `${path}${name}`;
      if (property.required === true)
        found.push({ property: where, reason: `missing required property "${where}"` });
      const value = property.autonamed === true ? nameFor(name) : (property.default ?? null);
      if (isZero(value)) continue;
      inputs[name] = value;
      defaults.push(name);
    }
    return { ...inputs, __defaults: defaults.sort() };
  }

  function checkProperty(
    property: PropertySchema | undefined,
    where: string,
    value: PropertyValue,
  ): PropertyValue {
    if (property === undefined || property.unserved === true) {
      const reason = `property "${where}" is not served by the offline plugin; it needs the ${official}`;
      found.push({ property: where, reason });
      return value;
    }
    const reason = checkValue(property, value);
    if (reason !== undefined) found.push({ property: where, reason: `"${where}": ${reason}` });
    if (!isNested(property)) return value;
    return mapParts(value, (part, index) => {
      const path = isMap(value) ? `${where}.` : `${where}[${index}].`;
      return checkProperties(property.properties, path, part, (name) => name);
    });
  }
}

/** The inputs that the engine keeps, and all faults in them. */
interface CheckedInputs {
  inputs: PropertyMap;
  faults: Fault[];
}

/** The parts from which an automatic name is built. */
interface Naming {
  /** The resource's logical name in the program. */
  logicalName: string;
  /** The engine's seed, which is the same in a preview and in its update. */
  seed: Uint8Array;
  /** The name that the project's `pulumi:autonaming` settings propose instead. */
  proposal?: string;
}

/** The name of an object for which the program sets none: its present one, or the logical name and seven random digits. */
function autoName(property: string, olds: PropertyMap, naming: Naming): string {
  const old = olds[property];
  const defaults = olds["__defaults"];
  const wasGenerated = Array.isArray(defaults) && defaults.includes(property);
  if (wasGenerated && typeof old === "string") return old;
  if (naming.proposal !== undefined) return naming.proposal;
  const digits = createHash("sha256").update(naming.seed).update(naming.logicalName).digest("hex");
  return `${naming.logicalName}-${digits.slice(0, 7)}`;
}

/**
 * What is wrong with one value; undefined if nothing is. Unknown values pass and are checked again when they are known.
 *
 * Does not check the objects of a nested property.
 */
function checkValue(schema: PropertySchema, value: PropertyValue): string | undefined {
  if (value === unknownValue) return undefined;
  const shown = show(schema, value);
  switch (schema.kind) {
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected true or false, got ${shown}`;
    case "number":
      return checkNumber(schema.minimum, value, shown);
    case "string":
      if (typeof value !== "string") return `expected a string, got ${shown}`;
      return schema.oneOf === undefined || schema.oneOf.includes(value)
        ? undefined
        : `expected one of ${schema.oneOf.join(", ")}, got ${shown}`;
    case "list":
    case "set":
      return Array.isArray(value) && value.every(isText)
        ? undefined
        : `expected a list of strings, got ${shown}`;
    case "map":
      return isMap(value) && Object.values(value).every(isText)
        ? undefined
        : `expected a map of strings, got ${shown}`;
    case "object":
      return isMap(value) ? undefined : `expected an object, got ${shown}`;
    case "objects":
    case "objectSet":
      return Array.isArray(value) && value.every(isObject)
        ? undefined
        : `expected a list of objects, got ${shown}`;
  }
}

function show(schema: PropertySchema, value: PropertyValue): string {
  if (schema.secret === true) return "a secret of another type";
  if (mayHoldSecret(schema)) return "a value of another type";
  return JSON.stringify(value, (_, inner: unknown) =>
    inner === unknownValue ? "(not known yet)" : inner,
  );
}

/** Whether the property, or a property of its objects, may hold a secret. */
function mayHoldSecret(schema: PropertySchema): boolean {
  if (schema.hidden === true || schema.secret === true) return true;
  return isNested(schema) && Object.values(schema.properties).some(mayHoldSecret);
}

function checkNumber(
  minimum: number | undefined,
  value: PropertyValue,
  shown: string,
): string | undefined {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    return `expected a whole number, got ${shown}`;
  if (minimum !== undefined && value < minimum)
    return `expected a number of at least ${minimum}, got ${shown}`;
  return undefined;
}

function isText(element: PropertyValue): boolean {
  return typeof element === "string" || element === unknownValue;
}

function isObject(element: PropertyValue): boolean {
  return isMap(element) || element === unknownValue;
}

/**
 * The inputs after a refresh: the same names as before with the server's present values. A default whose value has changed no
 * longer counts as a default.
 */
export function refreshedInputs(oldInputs: PropertyMap, state: PropertyMap): PropertyMap {
  const inputs: Record<string, PropertyValue> = {};
  const changed = new Set<string>();
  for (const [name, old] of Object.entries(oldInputs)) {
    if (!(name in state)) continue;
    const live = state[name] ?? null;
    inputs[name] = refreshedValue(old, live);
    if (JSON.stringify(old) !== JSON.stringify(live)) changed.add(name);
  }
  const defaults = oldInputs["__defaults"];
  if (!Array.isArray(defaults)) return inputs;
  const kept = defaults.filter(
    (name) => typeof name === "string" && name in inputs && !changed.has(name),
  );
  return kept.length === 0 ? inputs : { ...inputs, __defaults: kept };
}

function refreshedValue(old: PropertyValue, live: PropertyValue): PropertyValue {
  if (isMap(old) && isMap(live)) return refreshedInputs(old, live);
  if (!Array.isArray(old) || !Array.isArray(live)) return live;
  const given: readonly PropertyValue[] = old;
  // Like the bridge, keeps as many elements as the program gave.
  return live
    .slice(0, given.length)
    .map((element: PropertyValue, index) => refreshedValue(given[index] ?? null, element));
}

/** The inputs of an imported object: required properties, its name, and all values that differ from their defaults. */
export function importedInputs(schema: ResourceSchema, state: PropertyMap): PropertyMap {
  const entries = Object.entries(schema).flatMap(([name, property]) => {
    const value = state[name] ?? null;
    if (property.unserved === true) return [];
    const isDefault = property.default === undefined ? isZero(value) : value === property.default;
    const keep = property.required === true || property.autonamed === true || !isDefault;
    if (!keep || value === null) return [];
    const held = isNested(property)
      ? mapParts(value, (part) => importedInputs(property.properties, part))
      : value;
    return [[name, held] as const];
  });
  return { ...Object.fromEntries(entries), __defaults: [] };
}
