import type { Client } from "pg";

import { readSql } from "../../sql/readSql";
import type { Parameter, ParameterType } from "./parameters";
import type { ServerSetting } from "./serverSetting";
import { sameValue } from "./sameValue";

/** A setting as the running server has it. */
export interface SettingInForce {
  name: string;
  /** For new sessions, in the server's own unit; null if the server knows no such setting. */
  value: string | null;
  type: ParameterType | null;
  unit: string | null;
  /** A value in the files is not in force before the next start; PostgreSQL may say so of one that is gone again. */
  pending_restart: boolean;
  /** What is in force was in a file, whether it stands there still or not. */
  from_file: boolean;
  /** What is in force was written by ALTER SYSTEM, whether it stands there still or not. */
  from_alter_system: boolean;
  /** What ALTER SYSTEM has written, in force or not; null: nothing. */
  override: string | null;
  /** The last word of all settings files; null: none has it. */
  in_files: string | null;
}

/**
 * The declared settings, and all others that ALTER SYSTEM has changed or that wait for a restart.
 *
 * A session that is older than the last reload does not see all of it.
 *
 * @param client a superuser's
 */
export async function readSettingsInForce(
  client: Client,
  wanted: readonly ServerSetting[],
): Promise<SettingInForce[]> {
  const names = wanted.map(({ name }) => name);
  const sql = readSql(__dirname, "settingsInForce");
  return (await client.query<SettingInForce>(sql, [names])).rows;
}

/** Whether a text, which may be missing, is a value that a setting is to have. */
export function holds(setting: SettingInForce, text: string | null, wanted: string): boolean {
  if (text === null) return false;
  const { type, unit } = setting;
  const parameter: Pick<Parameter, "type" | "unit"> = { type: type ?? "string", unit: unit ?? "" };
  return sameValue(parameter, text, wanted);
}

/**
 * Whether the setting is in force. Text that PostgreSQL writes in its own way, such as that of datestyle, is judged by what
 * the files say.
 */
export function isInForce(setting: SettingInForce, wanted: string): boolean {
  if (holds(setting, setting.value, wanted)) return true;
  return rewritten.has(setting.name) && setting.override === wanted;
}

/** Whether the next start gives the setting another value than it has. */
export function waitsForRestart(setting: SettingInForce): boolean {
  const { pending_restart, in_files, value, from_file } = setting;
  if (!pending_restart) return false;
  return in_files === null ? from_file : value === null || !holds(setting, in_files, value);
}

const rewritten = new Set(["datestyle", "timezone", "log_timezone"]);
