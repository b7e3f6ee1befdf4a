import { renderDifference } from "@hosterizer/postgres/convergence/renderDifference";
import type { AcceptedDrift } from "@hosterizer/postgres/schema/acceptDrift";

/** The history of accepted drift as text, the latest first. */
export function renderAccepted(accepted: readonly AcceptedDrift[]): string {
  if (accepted.length === 0) return "Nothing was ever accepted.\n";
  const entries = accepted.map(({ acceptedAt, systemUser, login, reason, differences }) => {
    const when = acceptedAt.toISOString().replace("T", " ").replace(/\..*/, " UTC");
    const lines = differences.map(
      (difference) => `  ${renderDifference({ ...difference, repair: "automatic" })}\n`,
    );
    return `${when}  ${systemUser} as ${login}: ${reason}\n${lines.join("")}`;
  });
  return entries.join("\n");
}
