import { isDeepStrictEqual } from "node:util";

import type { ResourceState } from "../healing/resolvePending";
import type { PreviewStep } from "./previewOutput";

/**
 * Which steps of a preview come from the live database, and not from the program: those of resources that the last update has
 * left with the very inputs that the program declares today. Our own resources compare with the last update themselves.
 *
 * @param applied the state before the preview
 */
export function handMade(applied: readonly ResourceState[]): (step: PreviewStep) => boolean {
  const before = new Map(applied.map((resource) => [resource.urn, resource]));
  return ({ urn, newState }) => {
    const known = before.get(urn);
    // Declared only now.
    if (known === undefined) return false;
    if (urn.includes("pulumi-nodejs:dynamic/")) return true;
    // No longer declared: what is in the state goes, and nobody has done that by hand.
    if (newState === undefined || newState === null) return false;
    return isDeepStrictEqual(comparable(known.inputs), comparable(newState.inputs));
  };
}

/** Without what is secret, which either side writes in its own way, and what Pulumi notes beside the inputs. */
function comparable(inputs: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const entries = Object.entries(inputs).filter(
    ([name, value]) => !name.startsWith("__") && !isSecret(value),
  );
  return Object.fromEntries(entries);
}

function isSecret(value: unknown): boolean {
  return (
    value === "[secret]" ||
    (typeof value === "object" && value !== null && ("ciphertext" in value || "plaintext" in value))
  );
}
