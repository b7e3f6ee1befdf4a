import { AuthorityFileError } from "../../connection/tlsOptions";
import type { Connection } from "../../connection/connection";

/** A server takes no queries, and what is to be done about it. Shown without a stack. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";
  /** Why, in half a line. */
  readonly fault: string;
  /** The same may go well a moment later: the server is starting, or about to. */
  readonly passing: boolean;

  constructor(connection: Connection, cause: unknown) {
    const { fault, remedy, passing } = explain(connection, cause);
    super(`server ${connection.host}:${connection.port}: ${fault}.\n${remedy}.`, { cause });
    this.fault = fault;
    this.passing = passing;
  }
}

interface Explanation {
  fault: string;
  remedy: string;
  passing: boolean;
}

function explain(connection: Connection, cause: unknown): Explanation {
  const { host, port, user, sslrootcert = "" } = connection;
  const { code = "", message } = cause as Error & { code?: string };
  const lasting = (fault: string, remedy: string) => ({ fault, remedy, passing: false });
  const look = `See what listens on ${host}:${port}, and the log of the server's container: docker logs`;
  if (code === "28P01")
    return lasting(
      `it refuses the password of ${user}, so it is another stack's server, or was made with another state`,
      `${look}; bring the stack's own state back, or give it another hosterizer-database:port`,
    );
  if (code === "28000") return lasting(`it does not let ${user} in (${message})`, look);
  if (cause instanceof AuthorityFileError)
    return lasting(withoutStop(cause.fault), withoutStop(cause.remedy));
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return lasting(
      `its certificate is for another name (${message})`,
      "Set hosterizer-database:host to the name that clients use",
    );
  if (certificateFaults.has(code))
    return lasting(
      `its certificate is not one that ${sslrootcert} vouches for (${message})`,
      `It may be another stack's server. ${look}`,
    );
  if (message === plainText) return lasting("it speaks no TLS", look);
  return { fault: `nobody answers (${message || code})`, remedy: look, passing: true };
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

// https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes
const certificateFaults = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_OSSL_PEM_NO_START_LINE",
  "INVALID_CA",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

// node-postgres gives it no code.
const plainText = "The server does not support SSL connections";
