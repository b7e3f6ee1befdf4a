import { escapeIdentifier, escapeLiteral } from "pg";

import type { SettingDeclaration } from "../access/declarations";
import type { AuditFinding } from "./auditFinding";
import type { AuditKind } from "./kinds";
import type { FoundSetting } from "./readSettings";
import { repairOf } from "./repairOf";

/** Whose sessions a setting is for; null: everyone's, or in every database. */
type Place = Pick<FoundSetting, "database" | "role">;

/**
 * A finding for each setting that is not declared, and for each declared one that is missing or has another value.
 *
 * @param database the one that declarations are about.
 */
export function planSettings(
  found: readonly FoundSetting[],
  declared: readonly SettingDeclaration[],
  database: string,
): AuditFinding[] {
  const isMeant = (setting: FoundSetting) => (its: SettingDeclaration) =>
    setting.database === database &&
    setting.role === (its.role ?? null) &&
    setting.name === its.name;
  return [
    ...found.filter((setting) => !declared.some(isMeant(setting))).map(undeclared),
    ...declared.flatMap((its) => {
      const present = found.find((setting) => isMeant(setting)(its));
      return present?.value === its.value ? [] : [differing(its, present, database)];
    }),
  ];
}

function undeclared(setting: FoundSetting): AuditFinding {
  const { name, value, resettable } = setting;
  const found = { object: objectOf(name, setting), expected: null, actual: value } as const;
  if (setting.database === null && setting.role === null) {
    const reason = "it is for everyone on this server, not for this stack alone";
    return { kind: "setting of all roles", ...found, reason, repair: "none" };
  }
  const sql = `${alter(setting)} reset ${quoted(name)}`;
  return { kind: kindOf(setting), ...found, ...repairOf(resettable, sql, "a superuser") };
}

function differing(
  declared: SettingDeclaration,
  present: FoundSetting | undefined,
  database: string,
): AuditFinding {
  const { name, value } = declared;
  const place = { database, role: declared.role ?? null };
  return {
    kind: present === undefined ? "setting missing" : "setting value",
    object: objectOf(name, place),
    expected: value,
    actual: present?.value ?? null,
    repair: "automatic",
    sql: `${alter(place)} set ${quoted(name)} to ${escapeLiteral(value)}`,
  };
}

function kindOf({ database, role }: Place): AuditKind {
  if (role === null) return "database setting";
  return database === null ? "role setting" : "role setting in the database";
}

function objectOf(name: string, { database, role }: Place): string {
  if (role === null)
    return `setting ${name} of ${database === null ? "all roles" : `database ${database}`}`;
  return `setting ${name} of role ${role}${database === null ? "" : ` in database ${database}`}`;
}

function alter({ database, role }: Place): string {
  const ofDatabase = database === null ? "" : `database ${escapeIdentifier(database)}`;
  if (role === null) return `alter ${ofDatabase}`;
  return `alter role ${escapeIdentifier(role)}${ofDatabase === "" ? "" : ` in ${ofDatabase}`}`;
}

/** `app.current_user_role` has two parts. */
function quoted(name: string): string {
  return name.split(".").map(escapeIdentifier).join(".");
}
