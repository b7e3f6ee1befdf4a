import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { expect, test } from "vitest";

import { decodeProperties, encodeProperties } from "../../../src/protocol/wire";
import {
  type PropertyMap,
  type PropertyValue,
  unknownValue,
} from "../../../src/protocol/propertyValue";

// google-protobuf reads a message into plain objects, in which this name is not a key at any depth.
const names = fc.string().filter((name) => name !== "__proto__");
const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, unknownValue),
    fc.boolean(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((number) => (number === 0 ? 0 : number)),
    fc.string(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(names, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const properties = fc.dictionary(names, value, { maxKeys: 4, noNullPrototype: true });

test("every value survives a round trip through the bytes of a message", () => {
  fc.assert(
    fc.property(properties, (sent: PropertyMap) => {
      const bytes = encodeProperties(sent).serializeBinary();
      expect(decodeProperties(Struct.deserializeBinary(bytes))).toEqual(sent);
    }),
  );
});

test("a secret is marked when sent, even if null or unknown, and plain when received", () => {
  const sent: PropertyMap = { password: "p", token: null, key: unknownValue, name: "n" };
  const message = encodeProperties(sent, new Set(["password", "token", "key"]));
  const secret = (inner: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value: inner,
  });
  expect(message.toJavaScript()).toEqual({
    password: secret("p"),
    token: secret(null),
    key: secret("04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
    name: "n",
  });
  expect(decodeProperties(message)).toEqual(sent);
});

test.each([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
])("%s stands for a value that is not known yet, at any depth", (text) => {
  const message = Struct.fromJavaScript({ a: text, b: [text, { c: text }] });
  expect(decodeProperties(message)).toEqual({
    a: unknownValue,
    b: [unknownValue, { c: unknownValue }],
  });
});

test("an output becomes its value, or unknown if it has none", () => {
  const output = (rest: Record<string, string>) => ({
    "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4",
    ...rest,
  });
  const message = Struct.fromJavaScript({ known: output({ value: "v" }), open: output({}) });
  expect(decodeProperties(message)).toEqual({ known: "v", open: unknownValue });
});

test("an asset is refused", () => {
  const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17" };
  expect(() => decodeProperties(Struct.fromJavaScript({ asset }))).toThrow("assets and archives");
});
