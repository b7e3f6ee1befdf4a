import type { AuditFinding } from "./auditFinding";
import type { FoundView } from "./readViews";
import { repairOf } from "./repairOf";

/**
 * A finding for each view through which rows get past the policies of who looks.
 *
 * A materialized view is left, because it holds rows, and no option makes it safe.
 */
export function planViews(found: readonly FoundView[]): AuditFinding[] {
  return found.map((view) => {
    const { kind, name, owner, alterable } = view;
    const object = `${kind} ${name}`;
    const actual = `rows of ${view.tables.join(", ")} as ${owner} sees them`;
    if (!view.ours) {
      const reason = `it belongs to ${owner}, and row-level security does not reach its readers`;
      const found = { object, expected: null, actual, reason };
      return { kind: "view that others own", ...found, repair: "none" };
    }
    if (kind === "materialized view") {
      const reason =
        "it keeps rows of every tenant outside of row-level security: drop it, or keep them in a tenant table";
      const found = { object, expected: null, actual, reason };
      return { kind: "materialized view of tenants", ...found, repair: "none" };
    }
    return {
      kind: "view without security_invoker",
      object,
      expected: "security_invoker",
      actual,
      ...repairOf(
        alterable,
        `alter view ${name} set (security_invoker = true)`,
        `its owner ${owner} or a superuser`,
      ),
    };
  });
}
