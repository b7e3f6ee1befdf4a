import { parameters } from "../settings/parameters";
import type { ServerSetting } from "../settings/serverSetting";
import type { ContainerSetting } from "./containerSetting";
import { defaultSettings } from "./defaultSettings";
import { mandatorySettings } from "./mandatorySettings";
import { memorySettings } from "./memorySettings";

/** What the settings of one stack's server follow from. */
export interface ContainerSettingsArgs {
  /** The container's limit, in MiB. */
  memory: number;
  /** Settings that differ from the default tier, or add to it, by name. Free of faults: see `overrideFaults`. */
  overrides: Readonly<Record<string, string>>;
}

/** The settings of the server in the container, sorted by tier, then as they are declared. */
export function containerSettings({
  memory,
  overrides,
}: ContainerSettingsArgs): ContainerSetting[] {
  const own = new Map(
    Object.entries(overrides).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  const connections = own.get("max_connections") ?? valueOf(defaultSettings, "max_connections");
  const suited = [...defaultSettings, ...memorySettings(memory, Number(connections))];
  const defaults = suited.map((setting) => overridden(setting, own.get(setting.name)));
  const known = new Set(suited.map(({ name }) => name));
  const added = [...own].filter(([name]) => !known.has(name));
  const others = added.map(([name, value]) => ({ name, value, reason: theUser }));
  return [
    ...mandatorySettings.map((setting) => inTier(setting, "mandatory")),
    ...[...defaults, ...others].map((setting) => inTier(setting, "default")),
  ];
}

const theUser = "from hosterizer-database:serverSettings";

function overridden(setting: ServerSetting, value: string | undefined): ServerSetting {
  return value === undefined ? setting : { name: setting.name, value, reason: theUser };
}

function inTier(setting: ServerSetting, tier: ContainerSetting["tier"]): ContainerSetting {
  const change = parameters.get(setting.name)?.change;
  if (change === undefined) throw new Error(`PostgreSQL 15 has no setting ${setting.name}`);
  return { ...setting, tier, change };
}

function valueOf(settings: readonly ServerSetting[], name: string): string {
  return settings.find((setting) => setting.name === name)?.value ?? "";
}
