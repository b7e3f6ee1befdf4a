import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import type { Difference } from "../../convergence/difference";
import { readSql } from "../../sql/readSql";
import {
  type Parameter,
  type ParameterType,
  quoteSetting,
  sameValue,
  type ServerSetting,
} from "./parameters";

/** A setting as the running server has it. */
export interface LiveSetting {
  name: string;
  /** For new sessions, in the server's unit; null if the server knows no such setting. */
  value: string | null;
  type: ParameterType | null;
  unit: string | null;
  /** A value in the files takes effect at the next start; PostgreSQL may still say so after that value is gone. */
  pending_restart: boolean;
  /** The value in force came from a file, whether the file still has it or not. */
  from_file: boolean;
  /** The value in force was written by ALTER SYSTEM, whether its file still has it or not. */
  from_alter_system: boolean;
  /** What ALTER SYSTEM has written, in force or not; null: nothing. */
  override: string | null;
  /** The last entry in all settings files; null: none has it. */
  in_files: string | null;
}

/**
 * Reads the declared settings, and all others that ALTER SYSTEM has changed or that are waiting for a restart.
 *
 * A session that is older than the last reload does not see all of it.
 *
 * @param client a superuser's
 */
export async function readSettings(
  client: Client,
  wanted: readonly ServerSetting[],
): Promise<LiveSetting[]> {
  const names = wanted.map(({ name }) => name);
  const sql = readSql(__dirname, "settingsDrift");
  return (await client.query<LiveSetting>(sql, [names])).rows;
}

/**
 * How the running server's settings differ from the declared ones: not in force, or changed by ALTER SYSTEM, whether that
 * is in force yet or not.
 */
export function settingsDrift(
  live: readonly LiveSetting[],
  wanted: readonly ServerSetting[],
): Difference[] {
  const names = new Set(wanted.map(({ name }) => name));
  const byName = new Map(live.map((setting) => [setting.name, setting] as const));
  const declared = wanted.flatMap(({ name, value }) => compare(name, value, byName.get(name)));
  const others = live.filter((setting) => !names.has(setting.name) && isChanged(setting));
  return [...declared, ...others.map(undeclared)];
}

function compare(name: string, wanted: string, live?: LiveSetting): Difference[] {
  const kind = "server setting";
  const difference = { kind, object: `setting ${name}`, expected: quoteSetting(wanted) } as const;
  if (live === undefined || !isInForce(live, wanted)) {
    const actual = live?.value == null ? null : show(live, live.value);
    return [{ ...difference, actual, repair: "automatic" }];
  }
  const { override } = live;
  if (override === null || override === wanted || hasValue(live, override, wanted)) return [];
  const actual = `${quoteSetting(override)} by ALTER SYSTEM, from the next start on`;
  return [{ ...difference, actual, repair: "automatic" }];
}

/** Whether its value is, or will be, another one than the server's defaults and our files give it. */
function isChanged(setting: LiveSetting): boolean {
  return setting.override !== null || setting.from_alter_system || waitsForRestart(setting);
}

function undeclared(live: LiveSetting): Difference {
  const kind = "server setting not declared";
  const value = show(live, live.override ?? live.value ?? "");
  const until = live.override === null ? "until the next start" : "by ALTER SYSTEM";
  const actual = `${value} ${until}`;
  return { kind, object: `setting ${live.name}`, expected: null, actual, repair: "automatic" };
}

/** With the server's unit, which a reader cannot know. */
function show({ unit, override }: LiveSetting, value: string): string {
  if (!unit || value === override || !/^[1-9]/.test(value)) return quoteSetting(value);
  return `'${value}${/^\d/.test(unit) ? ` * ${unit}` : unit}'`;
}

/** Whether a text, which may be missing, is the wanted value of a setting. */
export function hasValue(setting: LiveSetting, text: string | null, wanted: string): boolean {
  if (text === null) return false;
  const { type, unit } = setting;
  const parameter: Pick<Parameter, "type" | "unit"> = { type: type ?? "string", unit: unit ?? "" };
  return sameValue(parameter, text, wanted);
}

/** Settings whose values PostgreSQL rewrites, so that only the files tell whether they are as declared. */
const rewritten = new Set(["datestyle", "timezone", "log_timezone"]);

function isInForce(setting: LiveSetting, wanted: string): boolean {
  if (hasValue(setting, setting.value, wanted)) return true;
  return rewritten.has(setting.name) && setting.override === wanted;
}

/** Whether the next start gives the setting another value than it has. */
export function waitsForRestart(setting: LiveSetting): boolean {
  const { pending_restart, in_files, value, from_file } = setting;
  if (!pending_restart) return false;
  return in_files === null ? from_file : value === null || !hasValue(setting, in_files, value);
}

/** A statement about one setting. */
interface SettingStep {
  name: string;
  sql: string;
}

/**
 * The statements that leave ALTER SYSTEM with the settings that are declared to be set by it, and no others.
 *
 * @param applied declared settings that no other file has
 */
export function planSettings(
  live: readonly LiveSetting[],
  applied: readonly ServerSetting[],
): SettingStep[] {
  const wanted = new Map(applied.map(({ name, value }) => [name, value] as const));
  return live.flatMap((setting) => {
    const { name, override } = setting;
    const value = wanted.get(name);
    if (value === undefined)
      return override === null ? [] : [{ name, sql: `alter system reset ${quoteName(name)}` }];
    const isSet =
      override === null
        ? isInForce(setting, value)
        : override === value || hasValue(setting, override, value);
    const sql = `alter system set ${quoteName(name)} = ${escapeLiteral(value)}`;
    return isSet ? [] : [{ name, sql }];
  });
}

/** `pgaudit.log` is two identifiers. */
function quoteName(name: string): string {
  return name.split(".").map(escapeIdentifier).join(".");
}
