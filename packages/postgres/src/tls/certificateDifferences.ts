import type { Difference } from "../convergence/difference";
import type { CertificateKind } from "./certificateKinds";
import { certificateName, type CertificateRequest } from "./certificateRequest";
import { endDifference } from "./endDifference";
import { lifetimes } from "./lifetimes";

export interface IssuedCertificate {
  issued: Date;
  /** PEM of the authority that signed it. */
  authority: string;
}

/**
 * Why a certificate has to be issued anew, though what is asked for has not changed.
 *
 * @param authority PEM of the authority as it is now; undefined while that is being made
 */
export function certificateDifferences(
  request: CertificateRequest,
  before: IssuedCertificate,
  authority: string | undefined,
  now: Date,
): Difference[] {
  const object = certificateName(request);
  const end = endDifference(object, before.issued, lifetimes.certificate, now);
  if (authority === undefined || authority === before.authority) return end;
  return [
    ...end,
    {
      kind: "certificate authority" satisfies CertificateKind,
      object,
      expected: "a signature of the authority's certificate",
      actual: "one of an earlier authority's",
      repair: "automatic",
    },
  ];
}
