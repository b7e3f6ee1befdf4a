import { UserError } from "../../userError";
import { type Connection, hostsOf, openClient, acceptsWrites } from "../../connection/connection";
import {
  codeOf,
  describeNoAnswer,
  describeRefusal,
  lacksTls,
  type TlsRefusal,
  tlsRefusals,
} from "../../connection/connectionFailure";
import { AuthorityFileError, CertificateFileError } from "../../connection/tlsOptions";

/** Why an existing server can't be used, and what to do about it. */
export class ExternalServerFault extends UserError {
  override readonly name = "ExternalServerFault";
}

/** Names a key of the stack's configuration as the user writes it. */
type KeyName = (key: string) => string;

/**
 * Finds the host that accepts writes, as libpq does for target_session_attrs=read-write.
 *
 * @param key names a key of the configuration as the user writes it
 * @throws ExternalServerFault if no host accepts writes, with the reason for each of them
 */
export async function findWritableHost(connection: Connection, key: KeyName): Promise<string> {
  const faults: ExternalServerFault[] = [];
  const hosts = hostsOf(connection);
  for (const host of hosts) {
    const fault = await tryHost({ ...connection, host }, key);
    if (fault === undefined) return host;
    faults.push(fault);
  }
  const [only] = faults;
  if (only !== undefined && faults.length === 1) throw only;
  const reasons = faults.map(({ fault }) => `- ${fault}`).join("\n");
  const remedies = new Set(faults.map(({ remedy }) => remedy));
  throw new ExternalServerFault(
    `None of the ${hosts.length} hosts accepts writes:\n${reasons}`,
    [...remedies].join("\n"),
    { cause: new AggregateError(faults) },
  );
}

async function tryHost(
  connection: Connection,
  key: KeyName,
): Promise<ExternalServerFault | undefined> {
  try {
    const client = await openClient(connection, "find host");
    try {
      return (await acceptsWrites(client)) ? undefined : readOnly(connection, key);
    } finally {
      await client.end().catch(() => undefined);
    }
  } catch (error) {
    const fault = error instanceof Error ? explain(error, connection, key) : undefined;
    if (fault === undefined) throw error;
    return fault;
  }
}

function readOnly({ host, port }: Connection, key: KeyName): ExternalServerFault {
  return new ExternalServerFault(
    `The server at ${host}:${port} is a standby: it accepts no writes.`,
    `Set ${key("host")} to the primary, or to all hosts with commas between them.`,
  );
}

/**
 * Why the deploy role could not connect, and which key of the stack's configuration to check.
 *
 * @param to with one host
 * @returns undefined for what no configuration can change: show the error as it is
 */
function explain(error: Error, to: Connection, key: KeyName): ExternalServerFault | undefined {
  const code = codeOf(error);
  const address = `${to.host}:${to.port}`;
  const because = (fault: string, remedy: string) =>
    new ExternalServerFault(fault, remedy, { cause: error });

  if (error instanceof AuthorityFileError) {
    return because(
      error.fault,
      `Put the authority's certificate there, or set ${key("sslrootcert")}.`,
    );
  }
  if (error instanceof CertificateFileError) {
    return because(`${error.setting}: ${error.fault}.`, `Set ${key(error.setting)}.`);
  }
  if (lacksTls(error)) {
    return because(
      `The server at ${address} does not support TLS.`,
      `Turn ssl on there, or check ${key("host")} and ${key("port")}: passwords and data must not cross a network in plain text.`,
    );
  }
  const refusal = tlsRefusals.get(code);
  if (refusal !== undefined) {
    return because(
      `The certificate of the server at ${address} ${describeRefusal(refusal, to)}.`,
      remedies[refusal](key),
    );
  }
  const reason = describeNoAnswer(error);
  if (reason !== undefined) {
    return because(
      `No PostgreSQL server answers at ${address}: ${reason}.`,
      `Start it, make sure that this machine can reach it, or correct ${key("host")} and ${key("port")}.`,
    );
  }
  // SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html.
  switch (code) {
    case "28P01":
      return because(
        `The server at ${address} refuses the password of ${to.user}.`,
        `Check ${key("deployRole")}, and where its password comes from: ${passwordKeys.map(key).join(", ")}.`,
      );
    case "28000":
      return because(
        `The server at ${address} rejects the login of ${to.user}: ${error.message}.`,
        `Check ${key("deployRole")}: the role needs LOGIN, and pg_hba.conf must allow it from this machine over TLS.`,
      );
    case "3D000":
      return because(
        `The server at ${address} has no database ${to.database}.`,
        `Set ${key("connectDatabase")} to one that exists.`,
      );
    case "42501":
      return because(
        `${to.user} may not connect to the database ${to.database} at ${address}.`,
        `Set ${key("connectDatabase")} to one that it may connect to, or grant it CONNECT there.`,
      );
    case "53300":
      return because(
        `The server at ${address} has no connection left for ${to.user}.`,
        "Close some that are not needed, or raise max_connections.",
      );
    case "57P03":
      return because(
        `The server at ${address} accepts no connections yet: ${error.message}.`,
        "Try again when it has started or recovered.",
      );
    default:
      return undefined;
  }
}

const passwordKeys = ["deployPassword", "deployPasswordVariable", "deployPasswordCommand"];

const remedies: Readonly<Record<TlsRefusal, (key: KeyName) => string>> = {
  expired: () => "Renew it on the server.",
  "not valid yet": () => "Correct the clock that is wrong.",
  "other host": (key) => `Set ${key("host")} to a name in the certificate.`,
  "other purpose": () => "Give the server a certificate for servers.",
  "authority unknown": (key) =>
    `Set ${key("sslrootcert")} to the file with the authority that has signed it.`,
};
