import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import type { SettingDeclaration } from "../access/declarations";
import { type Finding, repairIf } from "../convergence/difference";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, scopeOf } from "./declaredAccess";

/** Undeclared settings. */
export const undeclaredSettingKinds = [
  "database setting",
  "role setting",
  "role setting in the database",
  "setting of all roles",
] as const;

/** Declared settings that are not in place. */
export const declaredSettingKinds = ["setting missing", "setting value"] as const;

type SettingFinding = Finding<
  (typeof undeclaredSettingKinds)[number] | (typeof declaredSettingKinds)[number]
>;

/** A setting that sessions start with, as pg_db_role_setting has it. */
interface LiveSetting {
  /** Null: every database. */
  database: string | null;
  /** Null: every role. */
  role: string | null;
  name: string;
  value: string;
  resettable: boolean;
}

/** Whose sessions a setting applies to. */
type Target = Pick<LiveSetting, "database" | "role">;

/** How the settings of the database and of the declared roles differ from the declaration. */
export async function inspectSettings(
  client: Client,
  access: DeclaredAccess,
): Promise<SettingFinding[]> {
  const { rows } = await client.query<LiveSetting>(readSql(__dirname, "settings"), [
    scopeOf(access).roles,
  ]);
  return planSettings(rows, access.databaseSettings, client.database ?? "");
}

/**
 * A finding for each setting that is not declared, and for each declared one that is missing or has another value. Reads and
 * writes nothing.
 *
 * @param database The database that the declarations are for.
 */
export function planSettings(
  live: readonly LiveSetting[],
  declared: readonly SettingDeclaration[],
  database: string,
): SettingFinding[] {
  const isDeclaredBy = (setting: LiveSetting) => (declaration: SettingDeclaration) =>
    setting.database === database &&
    setting.role === (declaration.role ?? null) &&
    setting.name === declaration.name;
  return [
    ...live.filter((setting) => !declared.some(isDeclaredBy(setting))).map(planUndeclared),
    ...declared.flatMap((declaration) => {
      const present = live.find((setting) => isDeclaredBy(setting)(declaration));
      if (present?.value === declaration.value) return [];
      return [planDeclared(declaration, present, database)];
    }),
  ];
}

function planUndeclared(setting: LiveSetting): SettingFinding {
  const { name, value, resettable } = setting;
  const found = { object: objectOf(name, setting), expected: null, actual: value } as const;
  if (setting.database === null && setting.role === null) {
    const reason = "it applies to every role of the server, not just to this stack";
    return { kind: "setting of all roles", ...found, reason, repair: "none" };
  }
  const sql = `${alter(setting)} reset ${quoteParameter(name)}`;
  return { kind: kindOf(setting), ...found, ...repairIf(resettable, sql, "a superuser") };
}

function planDeclared(
  { name, value, role }: SettingDeclaration,
  present: LiveSetting | undefined,
  database: string,
): SettingFinding {
  const target = { database, role: role ?? null };
  return {
    kind: present === undefined ? "setting missing" : "setting value",
    object: objectOf(name, target),
    expected: value,
    actual: present?.value ?? null,
    repair: "automatic",
    sql: `${alter(target)} set ${quoteParameter(name)} to ${escapeLiteral(value)}`,
  };
}

function kindOf({ database, role }: Target) {
  if (role === null) return "database setting";
  return database === null ? "role setting" : "role setting in the database";
}

function objectOf(name: string, { database, role }: Target): string {
  if (role === null)
    return `setting ${name} of ${database === null ? "all roles" : `database ${database}`}`;
  return `setting ${name} of role ${role}${database === null ? "" : ` in database ${database}`}`;
}

function alter({ database, role }: Target): string {
  const ofDatabase = database === null ? "" : `database ${escapeIdentifier(database)}`;
  if (role === null) return `alter ${ofDatabase}`;
  return `alter role ${escapeIdentifier(role)}${ofDatabase === "" ? "" : ` in ${ofDatabase}`}`;
}

/** Quotes each part of a customized option: `app.current_user_role`. */
function quoteParameter(name: string): string {
  return name.split(".").map(escapeIdentifier).join(".");
}
