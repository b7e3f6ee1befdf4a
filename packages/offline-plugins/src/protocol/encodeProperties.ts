import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";
import { secretSignature, signature, unknownString } from "./wire";

/**
 * Properties as a message, those named in `secrets` marked as such, so that the engine encrypts them in the state and hides
 * them in previews.
 */
export function encodeProperties(
  properties: PropertyMap,
  secrets: ReadonlySet<string> = new Set(),
): Struct {
  return Struct.fromJavaScript(
    Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        secrets.has(name) ? { [signature]: secretSignature, value: encode(value) } : encode(value),
      ]),
    ),
  );
}

function encode(value: PropertyValue): JavaScriptValue {
  if (value === unknownValue) return unknownString;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((element: PropertyValue) => encode(element));
  return Object.fromEntries(
    Object.entries(value).map(([name, element]) => [name, encode(element)]),
  );
}
