import { escapeIdentifier } from "pg";

import type { AuditFinding } from "./auditFinding";
import type { FoundExtension } from "./readExtensions";
import { repairOf } from "./repairOf";

/**
 * A finding for each extension of another version than declared, and for each that nobody declared.
 *
 * An undeclared one is left: it may hold data, and columns may be of its types. So is one whose declared version cannot
 * be had: no other repair has to wait for the server's files.
 */
export function planExtensions(found: readonly FoundExtension[]): AuditFinding[] {
  return found.flatMap((its) => {
    const { name, installed, declared_version: wanted } = its;
    const object = `extension ${name}`;
    if (!its.declared) {
      const reason = `drop it, or declare it in database/extensions.ts`;
      const actual = `version ${installed ?? "unknown"}`;
      const left = { object, expected: null, actual, reason };
      return [{ kind: "extension not declared", ...left, repair: "none" } as const];
    }
    if (wanted === null || installed === null || installed === wanted) {
      return its.available ? [] : [unavailable(its, object)];
    }
    return [its.available ? other(its, object, wanted) : unavailable(its, object)];
  });
}

function unavailable(its: FoundExtension, object: string): AuditFinding {
  return {
    kind: "extension version not available",
    object,
    expected: `version ${its.declared_version ?? "unknown"}`,
    actual: its.installed === null ? null : `version ${its.installed}`,
    reason: `the server brings ${its.default_version ?? "none"}; declare that in database/extensions.ts`,
    repair: "none",
  };
}

function other(its: FoundExtension, object: string, wanted: string): AuditFinding {
  const installed = its.installed ?? "";
  const found = { object, expected: `version ${wanted}`, actual: `version ${installed}` };
  if (its.reachable !== true) {
    const reason = `no script leads from ${installed} to ${wanted}; declare ${installed} in database/extensions.ts, or install it anew`;
    return { kind: "extension version", ...found, reason, repair: "none" };
  }
  const sql = `alter extension ${its.quoted} update to ${escapeIdentifier(wanted)}`;
  const who = `its owner ${its.owner ?? ""} or a superuser`;
  return { kind: "extension version", ...found, ...repairOf(its.alterable, sql, who) };
}
