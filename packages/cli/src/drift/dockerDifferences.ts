import type { Difference } from "@hosterizer/postgres/convergence/difference";
import type { dockerKinds } from "./dockerKinds";
import type { PreviewStep } from "./previewOutput";
import { changedProperties, declaredText } from "./stepProperties";

type Kind = (typeof dockerKinds)[number];
type Type = "container" | "image" | "network" | "volume";

/** What a volume was made for decides whether its loss matters; the program alone knows that. */
const losses: Partial<Record<Type, string>> = {
  volume: "an empty one will be made: what was in it is gone",
};

/** How a container, an image, a network or a volume differs from the declared one. */
export function dockerDifferences(type: Type, step: PreviewStep): Difference[] {
  const object = `${type} ${declaredText(step, "name")}`;
  if (step.op === "create")
    return [difference(`${type} missing`, object, null, null, losses[type])];
  const changed = changedProperties(step);
  if (type === "image") {
    const reason = "what it is built from has changed";
    return [difference("image outdated", object, "built from image/", "an older build", reason)];
  }
  if (type === "container" && changed.includes("mustRun"))
    return [difference("container stopped", object, "running", "stopped")];
  const names = changed.length > 0 ? changed.join(", ") : "what it was made from";
  // The values may be keys and verifiers.
  const expected = `${names} as declared`;
  const reason =
    step.op === "replace" ? "the container is made anew on the same volume" : undefined;
  const isContainer = type === "container";
  return [
    difference(`${type} attribute`, object, expected, "others", isContainer ? reason : undefined),
  ];
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
