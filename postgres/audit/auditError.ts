import { renderDifference } from "../drift/renderDifference";
import type { AuditFinding } from "./auditFinding";

/** Access rights that are not as declared and stay so. */
export class AuditError extends Error {
  override readonly name = "AuditError";

  /** @param what is the matter with them: `needs a decision`. */
  constructor(what: string, findings: readonly AuditFinding[], cause?: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    const lines = findings.map((finding) => `- ${renderDifference(finding)}`);
    super([`the access rights are not as declared; this ${what}${reason}`, ...lines].join("\n"), {
      cause,
    });
  }
}
