import { isDeepStrictEqual } from "node:util";

import type { dynamic } from "@pulumi/pulumi";

/**
 * Whether an update has something to do: a declared input differs, or `check` found the live database elsewhere.
 *
 * @param findings Inputs that `check` adds, each a list of lines. Old findings are no change: they were dealt with.
 */
export function changes<T extends object>(
  olds: T,
  news: T,
  declared: readonly (keyof T)[],
  findings: readonly (keyof T)[],
): dynamic.DiffResult {
  const found = findings.some((key) => (news[key] as readonly string[] | undefined)?.length);
  const differs = declared.some((key) => !isDeepStrictEqual(olds[key], news[key]));
  return { changes: found || differs };
}
