import { isMap, type PropertyMap, type PropertyValue } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";
import { parseDuration } from "./containerDuration";

/** What is wrong with a container's inputs whose single values are of the right kind. What is not known yet passes. */
export function containerFaults(inputs: PropertyMap): Fault[] {
  return [
    ...durationFaults(inputs["healthcheck"]),
    ...commandFaults(inputs["command"]),
    ...uploadFaults(inputs),
    ...doubleFaults(inputs, "volumes", "containerPath"),
    ...doubleFaults(inputs, "uploads", "file"),
    ...doubleFaults(inputs, "networksAdvanced", "name"),
    ...memoryFaults(inputs),
  ];
}

function durationFaults(healthcheck: PropertyValue | undefined): Fault[] {
  if (!isMap(healthcheck)) return [];
  return ["interval", "timeout", "startPeriod", "startInterval"].flatMap((name) => {
    const value = healthcheck[name];
    if (typeof value !== "string" || parseDuration(value) !== undefined) return [];
    const property = `healthcheck.${name}`;
    return [{ property, reason: `"${property}": expected a time such as "30s", got "${value}"` }];
  });
}

/** The official plugin refuses an empty word as well, when it makes the container. */
function commandFaults(command: PropertyValue | undefined): Fault[] {
  if (!Array.isArray(command)) return [];
  return command.flatMap((word, index) => {
    const property = `command[${index}]`;
    return word === "" ? [{ property, reason: `"${property}": it is empty` }] : [];
  });
}

function uploadFaults(inputs: PropertyMap): Fault[] {
  return partsOf(inputs, "uploads").flatMap((upload, index) => {
    const { file, content, permissions } = upload;
    const faults: Fault[] = [];
    const add = (name: string, reason: string) => {
      const property = `uploads[${index}].${name}`;
      faults.push({ property, reason: `"${property}": ${reason}` });
    };
    // The official plugin takes an empty file for none, when it makes the container.
    if (content === undefined || content === "") add("content", "missing, or empty");
    if (typeof permissions === "string" && !/^0[0-7]{3}$/.test(permissions))
      add("permissions", `expected a mode such as "0644", got "${permissions}"`);
    if (typeof file !== "string") return faults;
    if (!/^\/./.test(file) || file.endsWith("/") || /\/\.{0,2}(\/|$)/.test(file))
      add("file", `expected the absolute path of a file, got "${file}"`);
    return faults;
  });
}

function doubleFaults(inputs: PropertyMap, list: string, key: string): Fault[] {
  const keys = partsOf(inputs, list).map((part) => part[key]);
  return keys.flatMap((value, index) => {
    if (typeof value !== "string" || keys.indexOf(value) === index) return [];
    const property = `${list}[${index}].${key}`;
    return [{ property, reason: `"${property}": "${value}" is there already` }];
  });
}

function memoryFaults({ memory, memorySwap }: PropertyMap): Fault[] {
  if (typeof memorySwap !== "number" || memorySwap <= 0) return [];
  if (memory === undefined || typeof memory === "symbol") return [];
  if (typeof memory === "number" && memory <= memorySwap) return [];
  const reason = `"memorySwap": ${memorySwap} MiB is less than "memory", which is a part of it`;
  return [{ property: "memorySwap", reason }];
}

function partsOf(inputs: PropertyMap, name: string): PropertyMap[] {
  const value: PropertyValue = inputs[name] ?? null;
  return Array.isArray(value) ? value.filter(isMap) : [];
}
