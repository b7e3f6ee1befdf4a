import type { AuditFinding } from "./auditFinding";
import type { AuditKind } from "./kinds";
import type { FoundReach } from "./readReaches";

/** A finding for each; all are left, because somebody else made them and may need them. */
export function planReaches(found: readonly FoundReach[]): AuditFinding[] {
  return found.map(({ kind, object, found: actual }) => ({
    ...reaches[kind],
    object,
    expected: null,
    actual,
    repair: "none",
  }));
}

const reaches: Readonly<Record<FoundReach["kind"], { kind: AuditKind; reason: string }>> = {
  "foreign key": {
    kind: "foreign key of others",
    reason: "it keeps rows of ours from being deleted, and tells which keys exist",
  },
  publication: {
    kind: "publication",
    reason: "its subscribers get the rows of every tenant",
  },
  subscription: {
    kind: "subscription",
    reason: "another server writes into this database",
  },
  login: {
    kind: "login past row-level security",
    reason: "it sees every tenant's rows",
  },
};
