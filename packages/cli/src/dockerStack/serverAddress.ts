import type { SslMode } from "@hosterizer/postgres/connection/tlsOptions";
import type { ResourceState } from "../healing/resolvePending";

/** Where a server is reached. */
export interface ServerAddress {
  host: string;
  port: number;
  sslmode?: SslMode;
  /** Path of the authority's file, from the project folder. */
  sslrootcert?: string;
}

/**
 * Where a refresh will look for the server of a stack, as its state has it.
 *
 * @returns undefined if nothing in the state would be asked of a server
 */
export function serverAddress(resources: readonly ResourceState[]): ServerAddress | undefined {
  if (!resources.some(({ type }) => type.startsWith("postgresql:"))) return undefined;
  for (const { type, inputs = {} } of resources) {
    const { host, port, sslmode, sslrootcert } = inputs;
    if (type !== "pulumi:providers:postgresql" || typeof host !== "string") continue;
    // Pulumi keeps the configuration of a provider as text.
    return {
      ...{ host, port: Number(port) },
      ...(isVerifying(sslmode) ? { sslmode } : {}),
      ...(typeof sslrootcert === "string" ? { sslrootcert } : {}),
    };
  }
  return undefined;
}

function isVerifying(sslmode: unknown): sslmode is SslMode {
  return sslmode === "verify-full" || sslmode === "verify-ca";
}
