import { z } from "zod";

import type { Difference } from "@hosterizer/postgres/convergence/difference";
import type { PreviewStep } from "./previewOutput";

const difference = z.object({
  // Written by this version of the program, whose kinds the compiler checks.
  kind: z.custom<Difference["kind"]>((kind) => typeof kind === "string"),
  object: z.string(),
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  repair: z.enum(["automatic", "refused", "none"]),
  reason: z.string().optional(),
});

const lines = z.array(z.string()).catch([]);

/** What a resource of this project has found: the inputs that its `check` has added. */
export function dynamicDifferences({ newState }: PreviewStep): Difference[] {
  // Hidden where a plan is made.
  const told = (name: string) =>
    lines.parse(newState?.inputs[name] ?? newState?.inputs[`__${name}`]);
  const drift = told("drift").map((line) => readLine(line, undeclared));
  return [...drift, ...readPending(told("pending"))];
}

/** The migrations to come, each with what is unsafe about it, a line each. */
function readPending(pending: readonly string[]): Difference[] {
  const unsafe = pending.filter((line) => line.startsWith(unsafeMark));
  return pending
    .filter((line) => !line.startsWith(unsafeMark))
    .map((line) => {
      const found = readLine(line, unapplied);
      const notes = unsafe.filter((note) => note.includes(`/${line}.up.sql:`));
      return notes.length === 0 ? found : { ...found, reason: notes.join("\n") };
    });
}

const unsafeMark = "unsafe: ";

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

function unapplied(line: string): Difference {
  const [name = line, effects] = line.split(" (down): ");
  const found = {
    kind: "migration pending",
    object: `migration ${name}`,
    repair: "automatic",
  } as const;
  return effects === undefined
    ? { ...found, expected: "applied", actual: "pending" }
    : { ...found, expected: "undone", actual: "applied", reason: effects };
}

// A line for people, from a resource that tells no data.
function undeclared(line: string): Difference {
  return { kind: "other", object: line, expected: null, actual: line, repair: "automatic" };
}
