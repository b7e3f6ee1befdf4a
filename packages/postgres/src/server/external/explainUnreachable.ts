import { AuthorityFileError, CertificateFileError } from "../../connection/tlsOptions";
import {
  codeOf,
  describeNoAnswer,
  lacksTls,
  type TlsRefusal,
  tlsRefusals,
} from "../../connection/connectionFailure";
import type { Connection } from "../../connection/connection";
import { ExternalServerFault } from "./externalServerFault";

/**
 * Says why a server did not let the deploy role in, and which key of the stack's configuration to look at.
 *
 * @param to with one host
 * @param key the name of a key as the user writes it
 * @returns undefined for what nobody can do anything about by configuration: show the error as it is
 */
export function explainUnreachable(
  error: Error,
  to: Connection,
  key: (name: string) => string,
): ExternalServerFault | undefined {
  const code = codeOf(error);
  const address = `${to.host}:${to.port}`;
  const explain = (fault: string, remedy: string) =>
    new ExternalServerFault(fault, remedy, { cause: error });

  if (error instanceof AuthorityFileError) {
    return explain(
      error.fault,
      `Put the authority's certificate there, or set ${key("sslrootcert")}.`,
    );
  }
  if (error instanceof CertificateFileError) {
    return explain(`${error.setting}: ${error.fault}.`, `Set ${key(error.setting)}.`);
  }
  if (lacksTls(error)) {
    return explain(
      `The server at ${address} speaks no TLS.`,
      `Turn ssl on there, or look at ${key("host")} and ${key("port")}: passwords and data do not cross a network in plain text.`,
    );
  }
  const refusal = tlsRefusals.get(code);
  if (refusal !== undefined) {
    const { fault, remedy } = distrust(refusal, to, key);
    return explain(`The certificate of the server at ${address} ${fault}.`, remedy);
  }
  const reason = describeNoAnswer(error);
  if (reason !== undefined) return unreachable(reason);
  // SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html.
  switch (code) {
    case "28P01":
      return explain(
        `The server at ${address} refuses the password of ${to.user}.`,
        `Look at ${key("deployRole")}, and at where its password comes from: ${passwordKeys(key)}.`,
      );
    case "28000":
      return explain(
        `The server at ${address} does not let ${to.user} in: ${error.message}.`,
        `Look at ${key("deployRole")}; its role must have LOGIN, and pg_hba.conf must let it in from this machine over TLS.`,
      );
    case "3D000":
      return explain(
        `The server at ${address} has no database ${to.database}.`,
        `Set ${key("connectDatabase")} to one that is there.`,
      );
    case "42501":
      return explain(
        `${to.user} may not connect to the database ${to.database} at ${address}.`,
        `Set ${key("connectDatabase")} to one that it may connect to, or grant it CONNECT there.`,
      );
    case "53300":
      return explain(
        `The server at ${address} has no connection left for ${to.user}.`,
        "End some that nobody needs, or raise max_connections.",
      );
    case "57P03":
      return explain(
        `The server at ${address} takes no connections yet: ${error.message}.`,
        "Try again when it has started or recovered.",
      );
    default:
      return undefined;
  }

  function unreachable(reason: string): ExternalServerFault {
    return explain(
      `No PostgreSQL server answers at ${address}: ${reason}.`,
      `Start it, open the way to it, or look at ${key("host")} and ${key("port")}.`,
    );
  }
}

function passwordKeys(key: (name: string) => string): string {
  return ["deployPassword", "deployPasswordVariable", "deployPasswordCommand"].map(key).join(", ");
}

function distrust(
  refusal: TlsRefusal,
  { host, sslrootcert }: Connection,
  key: (name: string) => string,
): { fault: string; remedy: string } {
  switch (refusal) {
    case "expired":
      return { fault: "has expired", remedy: "Renew it on the server." };
    case "not valid yet":
      return {
        fault: "is not valid yet, by the clock of this machine",
        remedy: "Set the clock that is wrong.",
      };
    case "other host":
      return {
        fault: `is not made out to ${host}: it may be another server`,
        remedy: `Set ${key("host")} to a name in the certificate.`,
      };
    case "other purpose":
      return { fault: "is not for servers", remedy: "Give the server one that is." };
    case "authority unknown": {
      const authority =
        sslrootcert === undefined ? "an authority of this machine's" : `the one in ${sslrootcert}`;
      return {
        fault: `is not signed by ${authority}: it may be another server`,
        remedy: `Set ${key("sslrootcert")} to the file with the authority that has signed it.`,
      };
    }
  }
}
