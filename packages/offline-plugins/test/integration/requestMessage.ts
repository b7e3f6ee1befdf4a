import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import type { Json } from "./json";

/** The methods that the tests call. */
export type Method =
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete";

const builders: Record<Method, (json: Json) => rpc.CheckRequest | rpc.DiffRequest | Other> = {
  checkConfig: check,
  check,
  diffConfig: diff,
  diff,
  configure: (json) => new rpc.ConfigureRequest().setArgs(struct(json["args"])),
  create: (json) =>
    new rpc.CreateRequest()
      .setUrn(text(json["urn"]))
      .setProperties(struct(json["properties"]))
      .setPreview(json["preview"] === true),
  read: (json) =>
    new rpc.ReadRequest()
      .setUrn(text(json["urn"]))
      .setId(text(json["id"]))
      .setProperties(struct(json["properties"]))
      .setInputs(struct(json["inputs"])),
  update: (json) =>
    new rpc.UpdateRequest()
      .setUrn(text(json["urn"]))
      .setId(text(json["id"]))
      .setOlds(struct(json["olds"]))
      .setNews(struct(json["news"]))
      .setOldInputs(struct(json["oldInputs"]))
      .setPreview(json["preview"] === true),
  delete: (json) =>
    new rpc.DeleteRequest()
      .setUrn(text(json["urn"]))
      .setId(text(json["id"]))
      .setProperties(struct(json["properties"]))
      .setOldInputs(struct(json["oldInputs"])),
};

type Other =
  | rpc.ConfigureRequest
  | rpc.CreateRequest
  | rpc.ReadRequest
  | rpc.UpdateRequest
  | rpc.DeleteRequest;

/** A request as the engine sends it, from the JSON of a recording. */
export function requestMessage(method: Method, json: Json) {
  return builders[method](json);
}

function check(json: Json) {
  return new rpc.CheckRequest()
    .setUrn(text(json["urn"]))
    .setOlds(struct(json["olds"]))
    .setNews(struct(json["news"]))
    .setRandomseed(text(json["randomSeed"]));
}

function diff(json: Json) {
  return new rpc.DiffRequest()
    .setUrn(text(json["urn"]))
    .setId(text(json["id"]))
    .setOlds(struct(json["olds"]))
    .setNews(struct(json["news"]))
    .setOldInputs(struct(json["oldInputs"]))
    .setIgnorechangesList((json["ignoreChanges"] ?? []) as string[]);
}

function text(value: JavaScriptValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function struct(value: JavaScriptValue | undefined): Struct {
  return Struct.fromJavaScript(value ?? {});
}
