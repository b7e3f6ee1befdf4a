import {
  type EngineAddress,
  parseHost,
} from "@hosterizer/postgres/server/dockerEngine/engineAddress";
import { findEngine } from "@hosterizer/postgres/server/dockerEngine/findEngine";
import type { PropertyMap } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";

/** Checks the provider's inputs, which are strings. Only `host` is served. */
export function checkConfiguration(news: PropertyMap): { inputs: PropertyMap; faults: Fault[] } {
  const faults = Object.entries(news).flatMap(([name, value]) => {
    if (name.startsWith("__") || engineProperties.has(name)) return [];
    const reason = name === "host" ? faultOfHost(value) : unserved(name);
    return reason === undefined ? [] : [{ property: name, reason }];
  });
  return { inputs: news, faults };
}

/** Properties that every provider has, which the engine handles itself. */
const engineProperties = new Set(["version", "pluginDownloadURL"]);

function faultOfHost(value: PropertyMap[string] | undefined): string | undefined {
  // An unknown value is checked again when it is known.
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

/**
 * Finds the engine: at the provider's `host`, otherwise where Docker's own client looks for it, in its current context too.
 * The official plugin reads a context only if it is configured.
 *
 * @throws if no engine is found there
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
