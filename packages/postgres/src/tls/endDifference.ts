import type { Difference } from "../convergence/difference";
import type { CertificateKind } from "./certificateKinds";
import { daysLeft, type Lifetime, validity } from "./lifetimes";

/**
 * A certificate that is to be renewed, because its end is near or past.
 *
 * @param object as an operator would name it
 */
export function endDifference(
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
      expected: `${lifetime.renewal} days at least`,
      actual: left < 0 ? `expired on ${end}` : `${left} days left`,
      repair: "automatic",
      reason: "it is renewed",
    },
  ];
}
