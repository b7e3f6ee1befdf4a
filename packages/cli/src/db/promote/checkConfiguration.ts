import { UserError } from "@hosterizer/postgres/userError";
import { pins } from "../../pins";
import { readConfiguration } from "../../stack/configuration";
import { configurationName } from "../../stack/stackFiles";
import { configurationEnvironment } from "../stack/configuration";
import type { Evidence } from "./gate";

/** Keys that may differ between environments: where the server is, who can log in, and how large it is. */
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
  "backup",
  "backupKey",
  "dataVolume",
  "poolSize",
  "packagesOf",
  "baseImages",
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

/** Checks that the configurations of both stacks differ only in keys that may differ between environments. */
export function checkConfiguration(from: string, to: string): Evidence {
  const differences = compareConfigurations(configurationOf(from), configurationOf(to));
  const others = differences.filter(({ allowed }) => !allowed);
  if (others.length > 0) {
    const lines = others.map(
      ({ key, from: one, to: other }) =>
        `  ${key}: ${shown(one)} in ${configurationName(from)}, ${shown(other)} in ${configurationName(to)}`,
    );
    throw new UserError(
      `The configurations differ in keys that must be equal:\n${lines.join("\n")}`,
      "Make them equal: what you promote must be what you tested.",
    );
  }
  const keys = differences.map(({ key }) => key.replace(`${pins.project}:`, ""));
  const summary = keys.length === 0 ? "no differences" : `differ only in ${keys.join(", ")}`;
  return { summary, data: differences };
}

function configurationOf(stack: string): Readonly<Record<string, unknown>> {
  return readConfiguration(stack, configurationEnvironment(stack), "config") ?? {};
}

/** The differences between two configurations, in the order of their keys. Secrets are replaced by a placeholder. */
export function compareConfigurations(
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

/** A value as evidence shows it: without secrets, also inside of objects and lists. */
function withoutSecret(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecret);
  if ("secure" in value) return "[secret]";
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutSecret(inner)]);
  return Object.fromEntries(entries) as unknown;
}

function shown(value: unknown): string {
  return value === null ? "not set" : JSON.stringify(value);
}
