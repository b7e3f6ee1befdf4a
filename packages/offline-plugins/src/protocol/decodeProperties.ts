import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";
import { outputSignature, secretSignature, signature, unknownStrings } from "./wire";

/**
 * The properties of a message. Secrets are unwrapped: which property is secret, the schema says, and the engine remembers
 * which of the program's own inputs were.
 *
 * @throws if there is an asset or an archive, which no resource here takes.
 */
export function decodeProperties(message: Struct | undefined): PropertyMap {
  return message === undefined ? {} : decodeObject(message.toJavaScript());
}

function decodeObject(object: Record<string, JavaScriptValue>): PropertyMap {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, decode(value)]));
}

function decode(value: JavaScriptValue): PropertyValue {
  if (typeof value === "string") return unknownStrings.has(value) ? unknownValue : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(decode);
  const object = value as Record<string, JavaScriptValue>;
  switch (object[signature]) {
    case undefined:
      return decodeObject(object);
    case secretSignature:
      return decode(object["value"] ?? null);
    case outputSignature:
      return "value" in object ? decode(object["value"] ?? null) : unknownValue;
    default:
      throw new Error("assets and archives are not served by this plugin");
  }
}
