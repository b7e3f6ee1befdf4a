import { type EngineAddress, parseHost } from "@hosterizer/postgres/server/engine/engineAddress";
import { findEngine } from "@hosterizer/postgres/server/engine/findEngine";
import type { PropertyMap } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";

/** Engine's own properties of every provider. */
const engineProperties = new Set(["version", "pluginDownloadURL"]);

/** Checks the provider's inputs, each given as a string. Only `host` is served. */
export function checkConfiguration(news: PropertyMap): { inputs: PropertyMap; faults: Fault[] } {
  const faults = Object.entries(news).flatMap(([name, value]) => {
    if (name.startsWith("__") || engineProperties.has(name)) return [];
    const reason = name === "host" ? faultOfHost(value) : unserved(name);
    return reason === undefined ? [] : [{ property: name, reason }];
  });
  return { inputs: news, faults };
}

/**
 * Where the engine is: where the provider's `host` says, else where Docker's own client would look for it. The official
 * plugin does not read the contexts of Docker's client unless it is told one.
 *
 * @throws if that leads nowhere
 */
export function readConfiguration(
  given: PropertyMap,
  environment: NodeJS.ProcessEnv = process.env,
): EngineAddress {
  const { host } = given;
  const isGiven = typeof host === "string" && host !== "";
  if (!isGiven) return findEngine(environment);
  return { ...findEngine({ ...environment, DOCKER_HOST: host }), source: 'the provider\'s "host"' };
}

function faultOfHost(value: PropertyMap[string] | undefined): string | undefined {
  // An unknown one is checked again when it is known.
  if (typeof value !== "string" || value === "") return undefined;
  try {
    parseHost(value, "host");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function unserved(name: string): string {
  return `configuration "${name}" is not served by the offline plugin; it needs the official plugin docker`;
}
