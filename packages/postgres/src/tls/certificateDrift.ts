import type { Difference } from "../convergence/difference";
import {
  type CertificateRequest,
  daysLeft,
  type Lifetime,
  lifetimes,
  validity,
} from "./certificates";

/** Kinds of drift in the certificates of a stack. */
export const certificateKinds = [
  "certificate end",
  "certificate authority",
  "certificate file",
] as const;

export type CertificateKind = (typeof certificateKinds)[number];

/** What is known of a certificate without reading it. */
interface IssuedCertificate {
  issued: Date;
  /** PEM of the authority that signed it. */
  authority: string;
}

/**
 * Why a certificate has to be reissued although the request has not changed.
 *
 * @param authority PEM of the authority's current certificate; undefined while a new one is being made
 */
export function certificateDifferences(
  request: CertificateRequest,
  before: IssuedCertificate,
  authority: string | undefined,
  now: Date,
): Difference[] {
  const object = describe(request);
  const expiry = expiryDifferences(object, before.issued, lifetimes.certificate, now);
  if (authority === undefined || authority === before.authority) return expiry;
  return [
    ...expiry,
    {
      kind: "certificate authority" satisfies CertificateKind,
      object,
      expected: "a signature of the current authority",
      actual: "one of an earlier authority",
      repair: "automatic",
    },
  ];
}

/** As an operator would name it: by its hosts, or by the role. */
function describe({ commonName, hosts, usage }: CertificateRequest): string {
  return `${usage} certificate of ${hosts.length > 0 ? hosts.join(", ") : commonName}`;
}

/**
 * Whether a certificate has to be renewed because it expires soon or has expired.
 *
 * @param object as an operator would name it
 */
export function expiryDifferences(
  object: string,
  issued: Date,
  lifetime: Lifetime,
  now: Date,
): Difference[] {
  const left = daysLeft(issued, lifetime, now);
  if (left >= lifetime.renewal) return [];
  const end = validity(issued, lifetime).notAfter.toISOString().slice(0, 10);
  return [
    {
      kind: "certificate end" satisfies CertificateKind,
      object,
      expected: `at least ${lifetime.renewal} days`,
      actual: left < 0 ? `expired on ${end}` : `${left} days left`,
      repair: "automatic",
      reason: "it is renewed",
    },
  ];
}
