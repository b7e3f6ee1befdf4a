import { autoName, type Naming } from "./autoName";
import { checkValue } from "./checkValue";
import { isReserved, isZero, type PropertyMap, type PropertyValue } from "./propertyValue";
import type { Fault, ResourceType } from "./resourceType";

/** What the program's inputs come to: the inputs that the engine keeps, or what is wrong with them, all at once. */
export interface CheckedInputs {
  inputs: PropertyMap;
  faults: Fault[];
}

/**
 * Checks a resource's inputs and fills in defaults, listed in `__defaults` as Pulumi's bridge does.
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
  const given = Object.entries(news).filter(([name, value]) => !isReserved(name) && value !== null);
  const found = given.flatMap(([name, value]) => checkProperty(name, value));
  const inputs: Record<string, PropertyValue> = Object.fromEntries(given);

  const defaults: string[] = [];
  for (const [name, property] of Object.entries(schema)) {
    if (inputs[name] !== undefined) continue;
    if (property.required === true)
      found.push({ property: name, reason: `missing required property "${name}"` });
    const value =
      property.autonamed === true ? autoName(name, olds, naming) : (property.default ?? null);
    if (isZero(value)) continue;
    inputs[name] = value;
    defaults.push(name);
  }
  // What is wrong between properties makes no sense while single ones are wrong.
  if (found.length === 0) found.push(...faults(inputs));
  return { inputs: { ...inputs, __defaults: defaults.sort() }, faults: found };

  function checkProperty(name: string, value: PropertyValue): Fault[] {
    const property = schema[name];
    if (property === undefined || property.unserved === true) {
      const reason = `property "${name}" is not served by the offline plugin; it needs the ${official}`;
      return [{ property: name, reason }];
    }
    const reason = checkValue(property, value);
    return reason === undefined ? [] : [{ property: name, reason: `"${name}": ${reason}` }];
  }
}
