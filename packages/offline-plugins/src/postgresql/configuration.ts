import { z } from "zod";

import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";
import type { PropertyMap, PropertyValue } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";

/** How the provider reaches its server. */
export interface Configuration {
  host: string;
  port: number;
  /** The database in which server-wide objects (roles, databases) are changed. */
  database: string;
  username: string;
  password?: string;
  sslmode: SslMode;
  sslrootcert?: string;
  /** Paths of PEM files with the client's own certificate and key. */
  sslcert?: string;
  sslkey?: string;
  /** Whether `username` is a superuser. Only superusers can read passwords back. */
  superuser: boolean;
  /** Seconds. Zero means no limit. */
  connectTimeout: number;
  /** Largest number of connections to one database. Zero means no limit. */
  maxConnections: number;
}

export const secretConfiguration: ReadonlySet<string> = new Set(["password"]);

/** Checks the provider's inputs, which are strings. Adds the same defaults as the official plugin. */
export function checkConfiguration(news: PropertyMap): { inputs: PropertyMap; faults: Fault[] } {
  const faults = Object.entries(news).flatMap(([name, value]) => {
    if (name.startsWith("__") || engineProperties.has(name)) return [];
    const property = properties[name];
    const reason =
      property === undefined
        ? `configuration "${name}" is not served by the offline plugin; it needs the official plugin postgresql`
        : typeof value === "string" && value !== ""
          ? property.check?.(value)
          : undefined;
    return reason === undefined ? [] : [{ property: name, reason }];
  });
  const sslmode = process.env["PGSSLMODE"] ?? "";
  const inputs: Record<string, PropertyValue> = {
    connectTimeout: process.env["PGCONNECT_TIMEOUT"] ?? "180",
    ...(sslmode === "" ? {} : { sslmode }),
    ...news,
  };
  return { inputs, faults };
}

/** Properties that every provider has, which the engine handles itself. */
const engineProperties = new Set(["version", "pluginDownloadURL"]);

/**
 * The configuration from the provider's checked inputs, then the environment, then defaults.
 *
 * @throws if there is no host, or an environment variable is invalid
 */
export function readConfiguration(
  given: PropertyMap,
  environment: NodeJS.ProcessEnv = process.env,
): Configuration {
  const host = text("host");
  if (host === undefined)
    throw new Error('no server to connect to: set the provider\'s "host" or PGHOST');
  const password = text("password");
  const sslrootcert = text("sslrootcert");
  return {
    host,
    port: Number(text("port")),
    database: text("database") ?? "postgres",
    username: text("username") ?? "postgres",
    sslmode: text("sslmode") as SslMode,
    superuser: text("superuser") === "true",
    connectTimeout: Number(text("connectTimeout")),
    maxConnections: Number(text("maxConnections")),
    ...(password === undefined ? {} : { password }),
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
    ...clientCertificate(text("clientcert")),
  };

  function text(name: string): string | undefined {
    const { variable, fallback, check } = properties[name] ?? {};
    const value = given[name];
    const set = typeof value === "string" && value !== "" ? value : undefined;
    const found = set ?? (variable === undefined ? undefined : environment[variable]) ?? fallback;
    const fault = found === undefined ? undefined : check?.(found);
    if (fault !== undefined)
      throw new Error(`${set === undefined ? (variable ?? name) : name}: ${fault}`);
    return found;
  }
}

const sslModes: readonly string[] = ["disable", "require", "verify-ca", "verify-full"];

/** Each configuration property, with the environment variable and the value that apply if the program sets none. */
const properties: Record<string, { variable?: string; fallback?: string; check?: Check }> = {
  host: { variable: "PGHOST" },
  port: { variable: "PGPORT", fallback: "5432", check: wholeNumber(1, 65_535) },
  database: { variable: "PGDATABASE", fallback: "postgres" },
  username: { variable: "PGUSER", fallback: "postgres" },
  password: { variable: "PGPASSWORD" },
  sslmode: { variable: "PGSSLMODE", fallback: "require", check: oneOf(sslModes) },
  // Not checked: the program may still have to write the file. If it is missing, connecting fails.
  sslrootcert: {},
  clientcert: { check: pathsOfCertificate },
  superuser: { variable: "PGSUPERUSER", fallback: "true", check: oneOf(["true", "false"]) },
  connectTimeout: { variable: "PGCONNECT_TIMEOUT", fallback: "180", check: wholeNumber(0) },
  maxConnections: { fallback: "20", check: wholeNumber(0) },
};

type Check = (value: string) => string | undefined;

/** The engine passes an object in the provider's inputs as JSON: `{"cert":"client.pem","key":"client.key"}`. */
const certificateSchema = z.strictObject({
  cert: z.string(),
  key: z.string(),
  sslinline: z.literal(false).optional(),
});

function clientCertificate(value: string | undefined) {
  if (value === undefined) return {};
  const { cert, key } = certificateSchema.parse(JSON.parse(value));
  return { sslcert: cert, sslkey: key };
}

function pathsOfCertificate(value: string): string | undefined {
  try {
    certificateSchema.parse(JSON.parse(value));
    return undefined;
  } catch {
    return 'expected "cert" and "key", the paths of PEM files; inline certificates need the official plugin postgresql';
  }
}

function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Check {
  return (value) => {
    const number = Number(value);
    const fits = Number.isInteger(number) && number >= minimum && number <= maximum;
    return fits ? undefined : `expected a whole number of at least ${minimum}, got "${value}"`;
  };
}

function oneOf(values: readonly string[]): Check {
  return (value) =>
    values.includes(value) ? undefined : `expected one of ${values.join(", ")}, got "${value}"`;
}
