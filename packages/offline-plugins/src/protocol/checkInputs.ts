import { autoName, type Naming } from "./autoName";
import { checkValue } from "./checkValue";
import { isMap, isReserved, isZero, type PropertyMap, type PropertyValue } from "./propertyValue";
import { isNested, mapParts, type PropertySchema, type ResourceSchema } from "./resourceSchema";
import type { Fault, ResourceType } from "./resourceType";

/** What the program's inputs come to: the inputs that the engine keeps, or what is wrong with them, all at once. */
export interface CheckedInputs {
  inputs: PropertyMap;
  faults: Fault[];
}

/**
 * Checks a resource's inputs and fills in defaults, listed in `__defaults` as Pulumi's bridge does: for the resource, and
 * for each object in its properties.
 *
 * Defaults that are zero (false, 0, "") are left out: they are what the server does anyhow.
 *
 * @param official the plugin that serves what this one refuses, for the messages.
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
  // What is wrong between properties makes no sense while single ones are wrong.
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
