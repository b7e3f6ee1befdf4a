import { renderDifference } from "../convergence/renderDifference";
import type { AuditFinding } from "./auditFinding";

/** Access rights that are not as declared, and that could not be put right. */
export class AuditError extends Error {
  override readonly name = "AuditError";

  constructor(findings: readonly AuditFinding[], cause?: unknown) {
    const because = cause instanceof Error ? `: ${cause.message}` : "; their repair has no effect";
    super(
      [
        `these access rights could not be put right${because}`,
        ...findings.map((finding) => `- ${renderDifference(finding)}`),
        ...findings.flatMap(({ sql }) => (sql === undefined ? [] : [`  ${sql}`])),
        "Run these statements as a superuser, or find out who holds the object, and run `npm run up` again.",
      ].join("\n"),
      { cause },
    );
  }
}
