import type { Finding } from "../convergence/difference";
import type { AuditKind } from "./kinds";

/** A finding of the audit, its kind one of those that docs/drift.md lists. */
export interface AuditFinding extends Finding {
  kind: AuditKind;
}
