import { z } from "zod";

import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";
import type { PropertyMap, PropertyValue } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";

/** How the provider reaches its server. */
export interface Configuration {
  host: string;
  port: number;
  /** The database for what belongs to the whole server: roles, databases. */
  database: string;
  username: string;
  password?: string;
  sslmode: SslMode;
  sslrootcert?: string;
  /** Paths of PEM files that the client shows of itself. */
  sslcert?: string;
  sslkey?: string;
  /** Whether `username` is a superuser: only then are passwords read back. */
  superuser: boolean;
  /** Seconds. Zero waits for ever. */
  connectTimeout: number;
  /** Largest number of connections to one database. Zero is no limit. */
  maxConnections: number;
}

const sslModes: readonly string[] = ["disable", "require", "verify-ca", "verify-full"];

/** Each configuration property with the environment variable and the value that hold when the program gives none. */
const properties: Record<string, { variable?: string; fallback?: string; check?: Check }> = {
  host: { variable: "PGHOST" },
  port: { variable: "PGPORT", fallback: "5432", check: wholeNumber(1, 65_535) },
  database: { variable: "PGDATABASE", fallback: "postgres" },
  username: { variable: "PGUSER", fallback: "postgres" },
  password: { variable: "PGPASSWORD" },
  sslmode: { variable: "PGSSLMODE", fallback: "require", check: oneOf(sslModes) },
  // The program may be about to write the file: whoever connects says so if it is not there.
  sslrootcert: {},
  clientcert: { check: pathsOfCertificate },
  superuser: { variable: "PGSUPERUSER", fallback: "true", check: oneOf(["true", "false"]) },
  connectTimeout: { variable: "PGCONNECT_TIMEOUT", fallback: "180", check: wholeNumber(0) },
  maxConnections: { fallback: "20", check: wholeNumber(0) },
};

/** Engine's own properties of every provider. */
const engineProperties = new Set(["version", "pluginDownloadURL"]);

type Check = (value: string) => string | undefined;

export const secretConfiguration: ReadonlySet<string> = new Set(["password"]);

/** Checks the provider's inputs, each given as a string. Fills in what the official plugin fills in, no more. */
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

/**
 * The provider's checked inputs with the environment and the defaults behind them.
 *
 * @throws if there is no host, or the environment holds what cannot be.
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

/** An object of the provider's inputs comes as JSON: `{"cert":"client.pem","key":"client.key"}`. */
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
    return 'expected "cert" and "key", the paths of PEM files; inline ones need the official plugin postgresql';
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
