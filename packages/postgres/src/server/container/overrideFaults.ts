import { DeclarationError } from "../../declarationError";
import { nearest } from "../settings/nearest";
import { parameters } from "../settings/parameters";
import { readQuantity } from "../settings/readQuantity";
import { valueFault } from "../settings/valueFault";
import { mandatorySettings } from "./mandatorySettings";
import { leastWorkMemory, workMemory } from "./memorySettings";

/**
 * Every fault of the settings that the user changes, seen without a server.
 *
 * @param overrides hosterizer-database:serverSettings
 * @param memory of the server's container, in MiB; undefined where that is at fault itself
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
      return at("is there twice: upper and lower case are the same", "Remove one of the two");
    const mandatory = mandatorySettings.find((setting) => setting.name === name);
    if (mandatory !== undefined)
      return at(`is always '${mandatory.value}': ${mandatory.reason}`, "Remove it");
    const refused = Object.hasOwn(refusals, name) ? refusals[name] : undefined;
    if (refused !== undefined) return at(refused, "Remove it");
    const parameter = parameters.get(name);
    if (parameter === undefined) {
      const near = nearest(name, [...parameters.keys()]);
      const remedy = near === undefined ? "Remove it" : `Remove it, or write ${near}`;
      return at("is none that a settings file of PostgreSQL 15 may have", remedy);
    }
    const fault = valueFault(parameter, value) ?? memoryFault(name, value, memory);
    if (fault === undefined) return [];
    const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    return at(`${shown} ${fault}`, "See docs/server-settings.md, and correct it");
  });
}

/** The kernel ends a server that takes more than its container may, and all sessions with it. */
function memoryFault(name: string, value: string, memory?: number): string | undefined {
  if (memory === undefined) return undefined;
  const most = `hosterizer-database:memory is ${memory} MiB`;
  if (name === "shared_buffers") {
    // Its unit is a block of 8 kB, of which 128 are a MiB.
    const buffers = (readQuantity(value, "8kB") ?? 0) / 128;
    if (buffers > memory / 2) return `is more than half of the memory: ${most}`;
  }
  if (name === "max_connections" && workMemory(memory, Number(value)) < leastWorkMemory)
    return `leaves each session less than ${leastWorkMemory} kB: ${most}`;
  return undefined;
}

const list = "is a list, which ALTER SYSTEM would take for one element";

const refusals: Readonly<Record<string, string>> = {
  search_path: list,
  temp_tablespaces: list,
  local_preload_libraries: list,
  session_preload_libraries: list,
  output_plugin_libraries: list,
  external_pid_file: "has no place on the read-only file system",
};
