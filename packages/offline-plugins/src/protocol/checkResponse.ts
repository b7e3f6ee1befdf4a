import { CheckFailure, CheckResponse } from "@pulumi/pulumi/proto/provider_pb";

import { encodeProperties } from "./encodeProperties";
import type { PropertyMap } from "./propertyValue";
import type { Fault } from "./resourceType";

/** The answer of `Check` and `CheckConfig`: the inputs to keep, or all that is wrong with them. */
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
