import { type DeployAddress, deployConnection } from "./deployConnection";

/**
 * How Pulumi's provider reaches an existing server, but for what changes from one run to the next: which host takes writes, and
 * the deploy role's password, are the environment's, PGHOST and PGPASSWORD.
 */
export function providerInputs(address: DeployAddress) {
  const { port, database, user, sslmode, sslrootcert, sslcert, sslkey } = deployConnection(address);
  return {
    port,
    database,
    username: user,
    sslmode: sslmode ?? address.sslmode,
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
    ...(sslcert && sslkey ? { clientcert: { cert: sslcert, key: sslkey } } : {}),
    superuser: false,
    connectTimeout: 10,
  };
}

/** Those by which a server is reached at all, or not. */
const ways = ["port", "database", "username", "sslmode", "sslrootcert", "clientcert"] as const;

/**
 * Whether the inputs that a state has of the provider lead elsewhere than the settings do.
 *
 * @param kept as Pulumi keeps them: each a text, an object as JSON
 */
export function leadsElsewhere(
  kept: Readonly<Record<string, unknown>>,
  address: DeployAddress,
): boolean {
  const wanted: Readonly<Record<string, unknown>> = providerInputs(address);
  return ways.some((name) => text(kept[name]) !== text(wanted[name]));
}

function text(value: unknown): string | undefined {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}
