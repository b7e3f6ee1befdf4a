import { type ArchivedInto, archiveSettings } from "../../backup/pgbackrest/archiveSettings";
import { DeclarationError } from "../../userError";
import {
  parameters,
  readQuantity,
  type ServerSetting,
  settingsFile,
  valueFault,
} from "../settings/parameters";
import { connectionRuleFile, connectionRules, type PoolerLogin } from "./connectionRules";
import { defaultSettings, memorySettings, minWorkMem, workMem } from "./defaultSettings";
import { mandatorySettings } from "./mandatorySettings";

/** A setting of the server in the container, and who may change it how. */
export interface ContainerSetting extends ServerSetting {
  /** `mandatory`: fixed. `default`: hosterizer-database:serverSettings may change it. */
  tier: "mandatory" | "default";
  /** What makes the server take another value. */
  change: "reload" | "restart";
}

/** What the settings of a stack's server are derived from. */
interface ContainerSettingsArgs {
  /** The container's limit, in MiB. */
  memory: number;
  /** Settings that replace or extend the default tier, by name. Without faults: see `overrideFaults`. */
  overrides: Readonly<Record<string, string>>;
  /** Where the WAL goes, and what becomes of it if it cannot go there. */
  backup: ArchivedInto;
}

/** The settings of the server in the container, sorted by tier, then in the order of their declaration. */
export function containerSettings({
  memory,
  overrides,
  backup,
}: ContainerSettingsArgs): ContainerSetting[] {
  const byName = new Map(
    Object.entries(overrides).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  const connections = byName.get("max_connections") ?? valueOf(defaultSettings, "max_connections");
  const declared = [
    ...archiveSettings(backup),
    ...defaultSettings,
    ...memorySettings(memory, Number(connections)),
  ];
  const replaced = declared.map((setting) => override(setting, byName.get(setting.name)));
  const known = new Set(declared.map(({ name }) => name));
  const added = [...byName]
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => ({ name, value, reason: reasonOfOverrides }));
  return [
    ...mandatorySettings.map((setting) => inTier(setting, "mandatory")),
    ...[...replaced, ...added].map((setting) => inTier(setting, "default")),
  ];
}

const reasonOfOverrides = "from hosterizer-database:serverSettings";

function override(setting: ServerSetting, value: string | undefined): ServerSetting {
  return value === undefined ? setting : { name: setting.name, value, reason: reasonOfOverrides };
}

function inTier(setting: ServerSetting, tier: ContainerSetting["tier"]): ContainerSetting {
  const change = parameters.get(setting.name)?.change;
  if (change === undefined) throw new Error(`PostgreSQL 15 has no setting ${setting.name}`);
  return { ...setting, tier, change };
}

function valueOf(settings: readonly ServerSetting[], name: string): string {
  return settings.find((setting) => setting.name === name)?.value ?? "";
}

/** Whether a setting is set by ALTER SYSTEM on the running server, and not in the file that the server starts with. */
export function isAppliedLive({ tier, change }: ContainerSetting): boolean {
  return tier === "default" && change === "reload";
}

/** A file in the folder that configures the container. */
export interface ConfigurationFile {
  /** Its name in `containerPaths.configuration`. */
  file: string;
  content: string;
}

/**
 * The files that the server starts with. Another content replaces the container, so settings that the running server takes
 * are not among them.
 */
export function configurationFiles(
  settings: readonly ContainerSetting[],
  pooler: PoolerLogin,
): ConfigurationFile[] {
  const atStart = settings.filter((setting) => !isAppliedLive(setting));
  return [
    { file: "postgresql.conf", content: settingsFile(atStart) },
    { file: "pg_hba.conf", content: connectionRuleFile(connectionRules(pooler)) },
    {
      file: "pg_ident.conf",
      content: "# Written by hosterizer-database: no name stands for another one.\n",
    },
  ];
}

/**
 * All faults in the settings that the user changes, as far as they show without a server.
 *
 * @param overrides hosterizer-database:serverSettings
 * @param memory of the server's container, in MiB; undefined if that setting has a fault itself
 */
export function overrideFaults(
  overrides: Readonly<Record<string, string>>,
  stack: string,
  memory?: number,
): DeclarationError[] {
  const names = Object.keys(overrides);
  return Object.entries(overrides).flatMap(([written, value], index) => {
    const name = written.toLowerCase();
    const at = (fault: string, remedy: string) => [
      new DeclarationError(
        `hosterizer-database:serverSettings in Pulumi.${stack}.yaml: setting "${written}"`,
        fault,
        remedy,
      ),
    ];
    if (names.slice(0, index).some((other) => other.toLowerCase() === name))
      return at("occurs twice: names are case-insensitive", "Remove one of the two");
    const mandatory = mandatorySettings.find((setting) => setting.name === name);
    if (mandatory !== undefined)
      return at(`is always '${mandatory.value}': ${mandatory.reason}`, "Remove it");
    const unsupported = Object.hasOwn(unsupportedSettings, name)
      ? unsupportedSettings[name]
      : undefined;
    if (unsupported !== undefined) return at(unsupported, "Remove it");
    const parameter = parameters.get(name);
    if (parameter === undefined) {
      const nearest = nearestName(name);
      const remedy = nearest === undefined ? "Remove it" : `Remove it, or write ${nearest}`;
      return at("is not a setting of PostgreSQL 15 that a settings file may contain", remedy);
    }
    const fault = valueFault(parameter, value) ?? memoryFault(name, value, memory);
    if (fault === undefined) return [];
    const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    return at(`${shown} ${fault}`, "Correct it; see docs/server-settings.md");
  });
}

/** The kernel kills a server that takes more memory than its container may, and all sessions with it. */
function memoryFault(name: string, value: string, memory?: number): string | undefined {
  if (memory === undefined) return undefined;
  const limit = `hosterizer-database:memory is ${memory} MiB`;
  if (name === "shared_buffers") {
    // Its unit is a block of 8 kB, of which 128 are a MiB.
    const buffers = (readQuantity(value, "8kB") ?? 0) / 128;
    if (buffers > memory / 2) return `is more than half of the memory: ${limit}`;
  }
  if (name === "max_connections" && workMem(memory, Number(value)) < minWorkMem)
    return `leaves each session less than ${minWorkMem} kB: ${limit}`;
  return undefined;
}

const archive = "follows from hosterizer-database:backup";
const list = "is a list, which ALTER SYSTEM would treat as one element";

const unsupportedSettings: Readonly<Record<string, string>> = {
  search_path: list,
  temp_tablespaces: list,
  local_preload_libraries: list,
  session_preload_libraries: list,
  output_plugin_libraries: list,
  archive_command: archive,
  archive_library: archive,
  archive_timeout: archive,
  external_pid_file: "cannot be written on the read-only file system",
};

const maxTypingErrors = 2;

/** The setting whose name is at most two typing errors away; undefined if there is no such setting. */
function nearestName(written: string): string | undefined {
  const [nearest] = [...parameters.keys()]
    .filter((name) => Math.abs(name.length - written.length) <= maxTypingErrors)
    .map((name) => ({ name, distance: editDistance(written, name) }))
    .sort((a, b) => a.distance - b.distance);
  return nearest !== undefined && nearest.distance <= maxTypingErrors ? nearest.name : undefined;
}

/** How many letters have to be inserted, deleted or replaced to get from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(from).entries()) {
    const above = row;
    row = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      row.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (row[column] ?? 0) + 1));
    }
  }
  return row[to.length] ?? 0;
}
