import { escapeIdentifier } from "pg";

import type { State } from "../protocol/resourceSchema";
import type { roleSchema } from "./roleSchema";

type RoleState = State<typeof roleSchema>;

/** What follows `alter role …` to give a role its planned settings; nothing for those that are right. */
export function roleSettings(old: RoleState | undefined, planned: RoleState): string[] {
  const settings: string[] = [];
  const path = planned.searchPaths ?? [];
  if (path.join("\0") !== (old?.searchPaths ?? []).join("\0")) {
    settings.push(
      path.length === 0
        ? "reset search_path"
        : `set search_path to ${path.map(escapeIdentifier).join(", ")}`,
    );
  }
  setNumber("statement_timeout", old?.statementTimeout, planned.statementTimeout);
  setNumber(
    "idle_in_transaction_session_timeout",
    old?.idleInTransactionSessionTimeout,
    planned.idleInTransactionSessionTimeout,
  );
  const assumed = planned.assumeRole ?? "";
  if (assumed !== (old?.assumeRole ?? ""))
    settings.push(assumed === "" ? "reset role" : `set role to ${escapeIdentifier(assumed)}`);
  return settings;

  function setNumber(name: string, before: number | null | undefined, after: number | null) {
    if ((before ?? 0) === (after ?? 0)) return;
    settings.push((after ?? 0) === 0 ? `reset ${name}` : `set ${name} to ${after ?? 0}`);
  }
}
