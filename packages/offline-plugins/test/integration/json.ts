import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** A JSON object. */
export type Json = Record<string, JavaScriptValue>;
