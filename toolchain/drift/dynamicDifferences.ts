import { z } from "zod";

import type { Difference } from "../../postgres/drift/difference";
import type { PreviewStep } from "./previewOutput";

const difference = z.object({
  kind: z.string(),
  object: z.string(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  repair: z.enum(["automatic", "refused", "none"]),
  reason: z.string().optional(),
});

const lines = z.array(z.string()).catch([]);

/** What a resource of this project has found: the inputs that its `check` has added. */
export function dynamicDifferences({ newState }: PreviewStep): Difference[] {
  const drift = lines.parse(newState?.inputs["drift"]).map((line) => readLine(line, undeclared));
  const pending = lines.parse(newState?.inputs["pending"]).map((line) => readLine(line, unapplied));
  return [...drift, ...pending];
}

function readLine(line: string, otherwise: (line: string) => Difference): Difference {
  const found = difference.safeParse(parsed(line));
  if (!found.success) return otherwise(line);
  const { reason, ...rest } = found.data;
  return reason === undefined ? rest : { ...rest, reason };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function unapplied(name: string): Difference {
  const object = `migration ${name}`;
  const kind = "migration pending";
  return { kind, object, expected: "applied", actual: "pending", repair: "automatic" };
}

// A line for people, from a resource that tells no data.
function undeclared(line: string): Difference {
  return { kind: "other", object: line, expected: null, actual: line, repair: "automatic" };
}
