import type { z } from "zod";

import { DeclarationError } from "@hosterizer/postgres/userError";
import {
  type Kind,
  kinds,
  project,
  type Settings,
  settingsSchemas as schemas,
} from "./settingsSchema";

export type { DockerSettings, ExternalSettings, Settings } from "./settingsSchema";

/**
 * Reads a stack's configuration.
 *
 * @param configuration all of Pulumi's configuration, keys with their namespace; those of other namespaces are ignored
 * @returns the settings, or every fault in them
 */
export function readSettings(
  configuration: Readonly<Record<string, string>>,
  stack: string,
): { settings: Settings } | { faults: DeclarationError[] } {
  const own = Object.entries(configuration)
    .filter(([key]) => key.startsWith(`${project}:`))
    .map(([key, value]) => [key.slice(project.length + 1), value] as const);
  const values: Record<string, string> = Object.fromEntries(own);
  const kind = kinds.find((known) => known === values["instance"]);
  const result = schemas[kind ?? "embedded"].safeParse(values);
  if (!result.success) return { faults: schemaFaults(result.error, values, stack, kind) };
  const settings =
    result.data.instance === "docker"
      ? { ...result.data, dockerName: result.data.dockerName ?? dockerNameOf(stack) }
      : result.data;
  const faults = contradictions(settings, stack);
  return faults.length > 0 ? { faults } : { settings };
}

/** A stack's name may contain characters that Docker does not take. */
function dockerNameOf(stack: string): string {
  return `hosterizer-${stack.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`.replace(/-$/, "");
}

/** Values that are valid alone, but not together. */
function contradictions(settings: Settings, stack: string): DeclarationError[] {
  if (settings.instance === "embedded") return [];
  if (settings.instance === "docker") {
    const { port, poolerPort } = settings;
    const faults: DeclarationError[] = [];
    if (port === poolerPort) {
      const fault = `${port} is the server's own port (${project}:port)`;
      faults.push(settingFault("poolerPort", fault, stack, settings.instance));
    }
    return faults;
  }
  const { sslcert, sslkey } = settings;
  const faults: DeclarationError[] = [];
  if (sslcert !== undefined && sslkey === undefined) {
    const fault = `is missing, and ${project}:sslcert is set`;
    faults.push(settingFault("sslkey", fault, stack, settings.instance));
  }
  if (sslkey !== undefined && sslcert === undefined) {
    const fault = `is missing, and ${project}:sslkey is set`;
    faults.push(settingFault("sslcert", fault, stack, settings.instance));
  }
  const [first, ...others] = passwordKeys.filter((key) => settings[key] !== undefined);
  const fault = `the password comes from ${project}:${first ?? ""} already`;
  return [...faults, ...others.map((key) => superfluous(key, fault, stack))];
}

const passwordKeys = ["deployPassword", "deployPasswordVariable", "deployPasswordCommand"] as const;

/** The keys whose values no error shows. */
const secrets = ["deployPassword", "backupKey", "accessKey", "secretKey"];

/** A value as JSON, for an error. */
function withoutSecrets(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => (secrets.includes(key) ? "(secret)" : part));
}

const notAKind = `is not a kind of instance (${kinds.map((kind) => `"${kind}"`).join(", ")})`;

/** What is wrong with a stack's configuration, key by key. */
function schemaFaults(
  { issues }: z.ZodError,
  values: Readonly<Record<string, string>>,
  stack: string,
  kind: Kind | undefined,
): DeclarationError[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      const parents = issue.path.map(String);
      return issue.keys.flatMap((key) =>
        parents.length > 0
          ? [nestedFault([...parents, key], "unknown key", stack)]
          : unknownKey(key, stack, kind),
      );
    }
    const key = String(issue.path[0]);
    // What is said of the other objects is about the whole.
    if (key === "backup" && issue.path.length > 1) {
      const value = valueAt(JSON.parse(values[key] ?? "{}"), issue.path.slice(1));
      const shown = secrets.includes(String(issue.path.at(-1))) ? "(secret)" : value;
      // What is left out has its default, which may contradict another value.
      const absent = issue.code === "custom" ? issue.message : "is missing";
      const fault = value === undefined ? absent : `${withoutSecrets(shown)} ${issue.message}`;
      return [nestedFault(issue.path, fault, stack)];
    }
    const value = secrets.includes(key) ? "(secret)" : values[key];
    const message = key === "instance" ? notAKind : issue.message;
    const fault = values[key] === undefined ? "is missing" : `${JSON.stringify(value)} ${message}`;
    return [settingFault(key, fault, stack, kind)];
  });
}

/** The value in an object of the configuration. */
function valueAt(object: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...deeper] = path;
  if (key === undefined || typeof object !== "object" || object === null) return object;
  return valueAt((object as Record<PropertyKey, unknown>)[key], deeper);
}

/** A fault inside an object. */
function nestedFault(path: readonly PropertyKey[], fault: string, stack: string): DeclarationError {
  const key = path
    .map((part) =>
      typeof part === "number" || /^\d+$/.test(String(part))
        ? `[${String(part)}]`
        : `.${String(part)}`,
    )
    .join("")
    .slice(1);
  const isSecret = secrets.includes(String(path.at(-1)));
  const remedy = isSecret
    ? `Set it: pulumi config set --secret --path '${project}:${key}'`
    : `Correct it; see docs/${key.startsWith("baseImages") ? "dev-stack.md#base-images" : "back-up.md"}`;
  return new DeclarationError(placeOf(key, stack), fault, remedy);
}

/** A key of another kind of instance is not a typing error; without a kind it may be right. */
function unknownKey(key: string, stack: string, kind: Kind | undefined): DeclarationError[] {
  const homes = kinds.filter((other) => key in schemas[other].shape);
  if (homes.length > 0) {
    if (kind === undefined) return [];
    const others = homes.map((home) => `"${home}"`).join(" and ");
    return [
      superfluous(key, `is for instance ${others} only, and this stack's is "${kind}"`, stack),
    ];
  }
  const known = Object.keys(schemas[kind ?? "docker"].shape).map((name) => `${project}:${name}`);
  const remedy = `Remove it, or use ${known.join(", ")}`;
  return [new DeclarationError(placeOf(key, stack), "unknown key", remedy)];
}

/** A fault of one key, with how to set it. */
function settingFault(
  key: string,
  fault: string,
  stack: string,
  kind: Kind | undefined,
): DeclarationError {
  const shape: Readonly<Record<string, z.ZodType>> = schemas[kind ?? "embedded"].shape;
  const given = shape[key]?.meta()?.["example"];
  const example = typeof given === "string" ? given : "";
  const isWhole = example.startsWith("--") || example.startsWith(project);
  const remedy = `Set it: pulumi config set ${isWhole ? example : `${project}:${key} ${example}`}`;
  return new DeclarationError(placeOf(key, stack), fault, remedy);
}

/** A fault of a key that must not be set. */
function superfluous(key: string, fault: string, stack: string): DeclarationError {
  return new DeclarationError(placeOf(key, stack), fault, "Remove it");
}

/** Where a key is written, as errors name it. */
export function placeOf(key: string, stack: string): string {
  return `${project}:${key} in Pulumi.${stack}.yaml`;
}
