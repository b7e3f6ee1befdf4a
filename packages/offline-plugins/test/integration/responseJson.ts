import {
  CheckResponse,
  ConfigureResponse,
  CreateResponse,
  DiffResponse,
  PropertyDiff,
  ReadResponse,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

import type { Json } from "./json";

/** A response in the JSON of the recordings: what has its default value is left out. */
export function responseJson(response: unknown): Json {
  return Object.fromEntries(
    Object.entries(fields(response)).filter(([, value]) => !isDefault(value)),
  );
}

function fields(response: unknown): Json {
  if (response instanceof CheckResponse)
    return {
      ...properties({ inputs: response.getInputs() }),
      failures: response
        .getFailuresList()
        .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() })),
    };
  if (response instanceof DiffResponse) return diffFields(response);
  if (response instanceof CreateResponse)
    return { id: response.getId(), ...properties({ properties: response.getProperties() }) };
  if (response instanceof ReadResponse)
    return {
      id: response.getId(),
      ...properties({ properties: response.getProperties(), inputs: response.getInputs() }),
    };
  if (response instanceof UpdateResponse)
    return properties({ properties: response.getProperties() });
  if (response instanceof ConfigureResponse)
    return {
      acceptSecrets: response.getAcceptsecrets(),
      acceptResources: response.getAcceptresources(),
      acceptOutputs: response.getAcceptoutputs(),
      supportsPreview: response.getSupportspreview(),
      supportsAutonamingConfiguration: response.getSupportsAutonamingConfiguration(),
    };
  return {};
}

function diffFields(response: DiffResponse): Json {
  const details = response
    .getDetaileddiffMap()
    .toArray()
    .map(([path]): [string, Json] => {
      const kind = response.getDetaileddiffMap().get(path)?.getKind() ?? PropertyDiff.Kind.ADD;
      const name = nameOf(PropertyDiff.Kind, kind);
      return [path, name === "ADD" ? {} : { kind: name }];
    });
  return {
    replaces: response.getReplacesList(),
    stables: response.getStablesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    changes: nameOf(DiffResponse.DiffChanges, response.getChanges()).replace(/^DIFF_UNKNOWN$/, ""),
    diffs: response.getDiffsList(),
    detailedDiff: Object.fromEntries(details),
    hasDetailedDiff: response.getHasdetaileddiff(),
  };
}

function nameOf(enumeration: Record<string, number | string>, value: number): string {
  return Object.keys(enumeration).find((name) => enumeration[name] === value) ?? String(value);
}

function properties(messages: Record<string, Struct | undefined>): Json {
  return Object.fromEntries(
    Object.entries(messages).flatMap(([name, message]) =>
      message === undefined ? [] : [[name, message.toJavaScript()]],
    ),
  );
}

function isDefault(value: unknown): boolean {
  return (
    value === false ||
    value === "" ||
    (Array.isArray(value) && value.length === 0) ||
    (typeof value === "object" && value !== null && Object.keys(value).length === 0)
  );
}
