import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { changedProperties, declaredText, type PreviewStep } from "./previewOutput";

/** The kinds of drift that the docker plugin finds. */
export const dockerKinds = [
  "container missing",
  "container stopped",
  "container attribute",
  "image missing",
  "image outdated",
  "network missing",
  "network attribute",
  "volume missing",
  "volume attribute",
] as const;

type Kind = (typeof dockerKinds)[number];
type Type = "container" | "image" | "network" | "volume";

/** How a container, an image, a network or a volume differs from the declared one. */
export function dockerDifferences(type: Type, step: PreviewStep): Difference[] {
  const object = `${type} ${declaredText(step, "name")}`;
  if (step.op === "create") {
    // Only the program knows what the volume was for, and so whether its loss matters.
    const loss =
      type === "volume" ? "an empty one is created: the old contents are lost" : undefined;
    return [difference(`${type} missing`, object, null, null, loss)];
  }
  const changed = changedProperties(step);
  if (type === "image") {
    const reason = "the files it is built from have changed";
    return [difference("image outdated", object, "built from image/", "an older build", reason)];
  }
  if (type === "container" && changed.includes("mustRun"))
    return [difference("container stopped", object, "running", "stopped")];
  const names = changed.length > 0 ? changed.join(", ") : "what it was made from";
  // Names only: the values may be keys and verifiers.
  const expected = `${names} as declared`;
  const isReplaced = type === "container" && step.op === "replace";
  const reason = isReplaced ? "the container is recreated on the same volume" : undefined;
  return [difference(`${type} attribute`, object, expected, "others", reason)];
}

function difference(
  kind: Kind,
  object: string,
  expected: string | null,
  actual: string | null,
  reason?: string,
): Difference {
  const found = { kind, object, expected, actual, repair: "automatic" } as const;
  return reason === undefined ? found : { ...found, reason };
}
