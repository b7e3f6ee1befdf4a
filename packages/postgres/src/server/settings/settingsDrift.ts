import type { Difference } from "../../convergence/difference";
import { quoteSetting } from "./quoteSetting";
import { holds, isInForce, type SettingInForce, waitsForRestart } from "./readSettingsInForce";
import type { ServerSetting } from "./serverSetting";

/**
 * Where the running server's settings differ from the declared ones: in the file and not in force yet, or changed by
 * ALTER SYSTEM, whether that is in force already or not.
 */
export function settingsDrift(
  found: readonly SettingInForce[],
  wanted: readonly ServerSetting[],
): Difference[] {
  const names = new Set(wanted.map(({ name }) => name));
  const byName = new Map(found.map((setting) => [setting.name, setting] as const));
  const declared = wanted.flatMap(({ name, value }) => departure(name, value, byName.get(name)));
  const others = found.filter((setting) => !names.has(setting.name) && isChanged(setting));
  return [...declared, ...others.map(undeclared)];
}

function departure(name: string, wanted: string, found?: SettingInForce): Difference[] {
  const kind = "server setting";
  const difference = { kind, object: `setting ${name}`, expected: quoteSetting(wanted) } as const;
  if (found === undefined || !isInForce(found, wanted)) {
    const actual = found?.value == null ? null : shown(found, found.value);
    return [{ ...difference, actual, repair: "automatic" }];
  }
  const { override } = found;
  if (override === null || override === wanted || holds(found, override, wanted)) return [];
  const actual = `${quoteSetting(override)} by ALTER SYSTEM, from the next start on`;
  return [{ ...difference, actual, repair: "automatic" }];
}

/** The server has it otherwise than from its own defaults and files, or is going to. */
function isChanged(setting: SettingInForce): boolean {
  return setting.override !== null || setting.from_alter_system || waitsForRestart(setting);
}

function undeclared(found: SettingInForce): Difference {
  const kind = "server setting not declared";
  const value = shown(found, found.override ?? found.value ?? "");
  const by = found.override === null ? "until the next start" : "by ALTER SYSTEM";
  const actual = `${value} ${by}`;
  return { kind, object: `setting ${found.name}`, expected: null, actual, repair: "automatic" };
}

/** The server tells numbers in a unit of its own, which people have to see. */
function shown({ unit, override }: SettingInForce, value: string): string {
  if (!unit || value === override || !/^[1-9]/.test(value)) return quoteSetting(value);
  return `'${value}${/^\d/.test(unit) ? ` * ${unit}` : unit}'`;
}
