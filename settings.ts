import type { z } from "zod";

import { DeclarationError } from "./postgres/declarationError";
import { settingsSchemas as schemas } from "./settingsSchemas";

/** Prefix of every configuration key. */
export const project = "hosterizer-database";

const kinds = ["embedded", "docker"] as const;

const examples: Record<string, string> = {
  instance: "embedded",
  port: "5433",
  database: "hosterizer",
  lockTimeout: "500",
  poolerPort: "6432",
  dockerName: "hosterizer-dev",
  publishAddress: "127.0.0.1",
  host: "127.0.0.1",
  memory: "1024",
  serverSettings: `--path ${project}:serverSettings.work_mem 16MB`,
  poolSize: "25",
  packagesOf: "2026-11-25",
};

/** What every stack has to say. */
interface CommonSettings {
  /** TCP port of the server. An ordinary user cannot listen below 1024. Default 5433. */
  port: number;
  /** Name of the database. Default hosterizer. */
  database: string;
  /** How long a migration waits for a lock before it lets others pass and tries again, in milliseconds. Default 500. */
  lockTimeout: number;
}

/** A server out of an npm package, on this machine. */
export interface EmbeddedSettings extends CommonSettings {
  instance: "embedded";
}

/** A server and PgBouncer in containers. */
export interface DockerSettings extends CommonSettings {
  instance: "docker";
  /** TCP port of PgBouncer. Default 6432. */
  poolerPort: number;
  /** What the names of network, volumes, containers and images begin with. Default hosterizer-<stack>. */
  dockerName: string;
  /** Address of the engine's machine that both ports are published on. Default 127.0.0.1: nobody beyond that machine. */
  publishAddress: string;
  /** What clients call that machine; the certificates are made out to it. Default 127.0.0.1. */
  host: string;
  /** What the server's container may use, in MiB; its memory settings follow from that. Default 1024. */
  memory: number;
  /** Settings of the server that differ from the default tier of docs/server-settings.md. Default none. */
  serverSettings: Readonly<Record<string, string>>;
  /** How many connections PgBouncer opens for each role. Default 25, as in the guide's Connection Pooling. */
  poolSize: number;
  /** The day whose packages of Debian the images have; a later one builds them anew. Default: the day of the first build. */
  packagesOf?: string | undefined;
}

/** The stack's settings, valid as a whole. `instance` says where the server comes from. */
export type Settings = EmbeddedSettings | DockerSettings;

/**
 * Reads a stack's configuration.
 *
 * @param configuration All of Pulumi's configuration, keys with their namespace; those of other namespaces are not ours.
 * @returns the settings, or every fault in them.
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
  if (kind === "docker") {
    const result = schemas.docker.safeParse(values);
    if (!result.success) return { faults: explain(result.error, values, stack, kind) };
    const { port, poolerPort, dockerName = nameFor(stack), ...rest } = result.data;
    if (port === poolerPort) return { faults: [samePort(port, stack)] };
    return { settings: { port, poolerPort, dockerName, ...rest } };
  }
  const result = schemas.embedded.safeParse(values);
  if (result.success) return { settings: result.data };
  return { faults: explain(result.error, values, stack, kind) };
}

/** A stack's name may hold what Docker does not take. */
function nameFor(stack: string): string {
  return `hosterizer-${stack.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`.replace(/-$/, "");
}

function explain(
  { issues }: z.ZodError,
  values: Readonly<Record<string, string>>,
  stack: string,
  kind: Settings["instance"] | undefined,
): DeclarationError[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys")
      return issue.keys.flatMap((key) => unknownKey(key, stack, kind));
    const key = String(issue.path[0]);
    const value = values[key];
    const message = key === "instance" ? notAKind : issue.message;
    const fault = value === undefined ? "is missing" : `${JSON.stringify(value)} ${message}`;
    return [new DeclarationError(place(key, stack), fault, setIt(key))];
  });
}

const notAKind = `is not a kind of instance (${kinds.map((kind) => `"${kind}"`).join(", ")})`;

/** A key of another kind of instance is no mistake in writing; without a kind nobody can tell. */
function unknownKey(
  key: string,
  stack: string,
  kind: Settings["instance"] | undefined,
): DeclarationError[] {
  const home = kinds.find((other) => key in schemas[other].shape);
  if (home !== undefined) {
    if (kind === undefined) return [];
    const fault = `is for instance "${home}" only, and this stack's is "${kind}"`;
    return [new DeclarationError(place(key, stack), fault, "Remove it")];
  }
  const known = Object.keys(schemas[kind ?? "docker"].shape).map((name) => `${project}:${name}`);
  const remedy = `Remove it, or use ${known.join(", ")}`;
  return [new DeclarationError(place(key, stack), "unknown key", remedy)];
}

function samePort(port: number, stack: string): DeclarationError {
  const fault = `${port} is the server's own port (${project}:port)`;
  return new DeclarationError(place("poolerPort", stack), fault, setIt("poolerPort"));
}

function place(key: string, stack: string): string {
  return `${project}:${key} in Pulumi.${stack}.yaml`;
}

function setIt(key: string): string {
  const example = examples[key] ?? "";
  return `Set it: pulumi config set ${example.startsWith("--") ? example : `${project}:${key} ${example}`}`;
}
