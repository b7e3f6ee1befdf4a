import { escapeIdentifier, escapeLiteral } from "pg";

import { holds, isInForce, type SettingInForce } from "./readSettingsInForce";
import type { ServerSetting } from "./serverSetting";

/** A statement about one setting. */
export interface SettingStep {
  name: string;
  sql: string;
}

/**
 * The statements that leave ALTER SYSTEM with what is declared to be set by it, and with nothing else.
 *
 * @param live declared settings that no file but ALTER SYSTEM's has
 */
export function planSettings(
  found: readonly SettingInForce[],
  live: readonly ServerSetting[],
): SettingStep[] {
  const wanted = new Map(live.map(({ name, value }) => [name, value] as const));
  return found.flatMap((setting) => {
    const { name, override } = setting;
    const value = wanted.get(name);
    if (value === undefined)
      return override === null ? [] : [{ name, sql: `alter system reset ${named(name)}` }];
    const stands =
      override === null
        ? isInForce(setting, value)
        : override === value || holds(setting, override, value);
    const sql = `alter system set ${named(name)} = ${escapeLiteral(value)}`;
    return stands ? [] : [{ name, sql }];
  });
}

/** `pgaudit.log` is two names. */
function named(name: string): string {
  return name.split(".").map(escapeIdentifier).join(".");
}
