import { CheckFailure, CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { type PropertyMap, type PropertyValue, unknownValue } from "./propertyValue";
import type { Fault } from "./resourceType";

/**
 * How Pulumi encodes values that JSON lacks. An object with `signature` is a secret, an output or an asset; each of the strings
 * is an unknown value of one type.
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
 */
export const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const unknownStrings: ReadonlySet<string> = new Set([
  unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * Decodes the properties of a message and unwraps secrets. The schema says which properties are secret, and the engine
 * remembers which of the program's inputs were.
 *
 * @throws on an asset or an archive, which no resource here accepts
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
      throw new Error("assets and archives are not served by the offline plugin");
  }
}

/**
 * Encodes properties as a message. It marks those named in `secrets`, so that the engine encrypts them in the state and hides
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

/** The answer of `Check` and `CheckConfig`: the inputs to keep, or all faults in them. */
export function checkResponse(
  inputs: PropertyMap,
  faults: readonly Fault[],
  secrets: ReadonlySet<string> = new Set(),
): CheckResponse {
  const response = new CheckResponse();
  if (faults.length === 0) return response.setInputs(encodeProperties(inputs, secrets));
  return response.setFailuresList(
    faults.map(({ property, reason }) =>
      new CheckFailure().setProperty(property).setReason(reason),
    ),
  );
}
