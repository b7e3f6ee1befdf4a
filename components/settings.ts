import type { Logins } from "@hosterizer/postgres/access/logins";
import type { DeclarationError } from "@hosterizer/postgres/declarationError";
import { kinds, project, settingFault, settingsFaults, superfluous } from "./settingsFaults";
import { settingsSchemas as schemas } from "./settingsSchemas";

/** What every stack has to say. */
interface CommonSettings {
  /** TCP port of the server. An ordinary user cannot listen below 1024. Default 5433; of an external one 5432. */
  port: number;
  /** Name of the database. Default hosterizer. */
  database: string;
  /** How long a migration waits for a lock before it lets others pass and tries again, in milliseconds. Default 500. */
  lockTimeout: number;
  /** Number of the last migration that is to be applied; those after it are undone. Default: the last in the folder. */
  migrationTarget?: number | undefined;
  /** How many rows may go with which table (`public.sites`), or values with which column (`public.sites.note`). Default none. */
  acknowledgedLoss: Readonly<Record<string, number>>;
  /** Which logins of a role work, by its name; `rotate-password` writes it. Default: each role's first, the role itself. */
  logins: Logins;
  /**
   * Numbers of the keys that contexts may be signed with; applications get the last one. Default: none, or 1 where contexts
   * are signed.
   */
  signingKeys?: readonly number[] | undefined;
  /** Whether each update ends with the proof that tenants are kept apart. Default true. */
  proof: boolean;
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

/** A server that exists already, managed or self-run, reached over TLS. */
export interface ExternalSettings extends CommonSettings {
  instance: "external";
  /** Names or addresses; of several the one that takes writes is used. */
  host: readonly string[];
  /** Where the deploy role connects before our database exists. Default postgres. */
  connectDatabase: string;
  /** As libpq means it. Default verify-full. */
  sslmode: "verify-full" | "verify-ca";
  /** Path of a PEM file with the certificate authority, from the project folder. Default: the operating system's. */
  sslrootcert?: string | undefined;
  /** Paths of PEM files with a client certificate and its key. */
  sslcert?: string | undefined;
  sslkey?: string | undefined;
  /** Who makes roles, database and schema: LOGIN, CREATEDB and CREATEROLE are enough. */
  deployRole: string;
  /** Its password, a secret; or, in its place, one of the next two. */
  deployPassword?: string | undefined;
  /** The environment variable that holds it. Default HOSTERIZER_DEPLOY_PASSWORD. */
  deployPasswordVariable?: string | undefined;
  /** A command of the shell that prints it: a token that lives for minutes. */
  deployPasswordCommand?: string | undefined;
  /** How many connections applications and poolers open at most, together. Default 25, as in the guide's Connection Pooling. */
  applicationConnections: number;
}

/** The stack's settings, valid as a whole. `instance` says where the server comes from. */
export type Settings = EmbeddedSettings | DockerSettings | ExternalSettings;

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
  const result = schemas[kind ?? "embedded"].safeParse(values);
  if (!result.success) return { faults: settingsFaults(result.error, values, stack, kind) };
  const settings =
    result.data.instance === "docker"
      ? { ...result.data, dockerName: result.data.dockerName ?? nameFor(stack) }
      : result.data;
  const faults = contradictions(settings, stack);
  return faults.length > 0 ? { faults } : { settings };
}

/** A stack's name may hold what Docker does not take. */
function nameFor(stack: string): string {
  return `hosterizer-${stack.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`.replace(/-$/, "");
}

/** What is right by itself and does not go together. */
function contradictions(settings: Settings, stack: string): DeclarationError[] {
  if (settings.instance === "embedded") return [];
  if (settings.instance === "docker") {
    const { port, poolerPort } = settings;
    if (port !== poolerPort) return [];
    const fault = `${port} is the server's own port (${project}:port)`;
    return [settingFault("poolerPort", fault, stack)];
  }
  const { sslcert, sslkey } = settings;
  const faults: DeclarationError[] = [];
  if (sslcert !== undefined && sslkey === undefined) {
    faults.push(settingFault("sslkey", `is missing, and ${project}:sslcert is set`, stack));
  }
  if (sslkey !== undefined && sslcert === undefined) {
    faults.push(settingFault("sslcert", `is missing, and ${project}:sslkey is set`, stack));
  }
  const [first, ...others] = passwordKeys.filter((key) => settings[key] !== undefined);
  const fault = `the password comes from ${project}:${first ?? ""} already`;
  return [...faults, ...others.map((key) => superfluous(key, fault, stack))];
}

const passwordKeys = ["deployPassword", "deployPasswordVariable", "deployPasswordCommand"] as const;
