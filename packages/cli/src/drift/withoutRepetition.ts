import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { migratorKind } from "@hosterizer/postgres/access/migratorAccess";
import type { PluginDifference } from "./pluginDifference";

/** Our own differences, each once, and those of the plugin that ours do not report more exactly. */
export function withoutRepetition(
  own: readonly Difference[],
  plugin: readonly PluginDifference[],
): Difference[] {
  const others = plugin.filter((found) => !own.some((exact) => reports(exact, found)));
  const all = [...own, ...others.map(bare)];
  return [...new Map(all.map((difference) => [JSON.stringify(difference), difference])).values()];
}

function reports(exact: Difference, { kind, about }: PluginDifference): boolean {
  // That the migrator cannot log in or become the owner says nothing of why.
  if (exact.kind === migratorKind) return false;
  // What is missing is expected, what is spare is there: a line about the opposite is another difference.
  const side = kind.endsWith("missing") ? exact.expected : exact.actual;
  const line = `${exact.kind} ${exact.object} ${side ?? ""}`;
  return about.length > 0 && about.every((part) => part.test(line));
}

function bare({ kind, object, expected, actual, repair }: PluginDifference): Difference {
  return { kind, object, expected, actual, repair };
}
