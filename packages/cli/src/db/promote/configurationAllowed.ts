import { CommandError } from "../../commandError";
import { pins } from "../../pins";
import { readConfiguration } from "../../stack/configuration";
import { configurationEnvironment } from "../stack/configurationEnvironment";
import type { Evidence } from "./gate";

/** Keys that say where a server is, who gets in, and how large it is: they are each environment's own. */
const environmental: ReadonlySet<string> = new Set([
  "instance",
  "port",
  "database",
  "lockTimeout",
  "logins",
  "proof",
  "signingKeys",
  "poolerPort",
  "dockerName",
  "publishAddress",
  "host",
  "memory",
  "serverSettings",
  "poolSize",
  "packagesOf",
  "connectDatabase",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "deployRole",
  "deployPassword",
  "deployPasswordVariable",
  "deployPasswordCommand",
  "applicationConnections",
]);

interface Difference {
  key: string;
  from: unknown;
  to: unknown;
  allowed: boolean;
}

/** Both stacks differ in nothing but what an environment has of its own. */
export function configurationAllowed(from: string, to: string): Evidence {
  const differences = differencesOf(configurationOf(from), configurationOf(to));
  const others = differences.filter(({ allowed }) => !allowed);
  if (others.length > 0) {
    const lines = others.map(
      ({ key, from: one, to: other }) =>
        `  ${key}: ${shown(one)} in Pulumi.${from}.yaml, ${shown(other)} in Pulumi.${to}.yaml`,
    );
    throw new CommandError(
      `The configurations differ in more than where the servers are:\n${lines.join("\n")}`,
      "Make them equal: what was tried out is what is to be promoted.",
    );
  }
  const keys = differences.map(({ key }) => key.replace(`${pins.project}:`, ""));
  const summary = keys.length === 0 ? "nothing differs" : `differs in ${keys.join(", ")} alone`;
  return { summary, data: differences };
}

function configurationOf(stack: string): Readonly<Record<string, unknown>> {
  return readConfiguration(stack, configurationEnvironment(stack), "config") ?? {};
}

/** In the order of their keys. Secrets are told by their name alone. */
export function differencesOf(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): Difference[] {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return keys
    .filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))
    .map((key) => ({
      key,
      from: withoutSecret(one[key]),
      to: withoutSecret(other[key]),
      allowed: key.startsWith(`${pins.project}:`) && environmental.has(key.split(":")[1] ?? ""),
    }));
}

function withoutSecret(value: unknown): unknown {
  if (value === undefined) return null;
  return typeof value === "object" && value !== null && "secure" in value ? "[secret]" : value;
}

function shown(value: unknown): string {
  return value === null ? "nothing" : JSON.stringify(value);
}
