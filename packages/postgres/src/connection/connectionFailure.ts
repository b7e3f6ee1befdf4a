import { DatabaseError } from "pg";

/** Why a client does not trust the server that it has reached. */
export type TlsRefusal =
  "expired" | "not valid yet" | "other host" | "other purpose" | "authority unknown";

/** By the `code` of the error, https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes. */
export const tlsRefusals: ReadonlyMap<string, TlsRefusal> = new Map<string, TlsRefusal>([
  ["CERT_HAS_EXPIRED", "expired"],
  ["CERT_NOT_YET_VALID", "not valid yet"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "other host"],
  ["INVALID_PURPOSE", "other purpose"],
  ["CERT_SIGNATURE_FAILURE", "authority unknown"],
  ["CERT_UNTRUSTED", "authority unknown"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "authority unknown"],
  ["INVALID_CA", "authority unknown"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "authority unknown"],
  ["UNABLE_TO_GET_ISSUER_CERT", "authority unknown"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "authority unknown"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "authority unknown"],
]);

/** Why a client does not trust the certificate of the server at `host`, worded to follow "the certificate". */
export function describeRefusal(
  refusal: TlsRefusal,
  { host, sslrootcert }: { host: string; sslrootcert?: string },
): string {
  switch (refusal) {
    case "expired":
      return "has expired";
    case "not valid yet":
      return "is not valid yet, by the clock of this machine";
    case "other host":
      return `is not made out to ${host}: it may be another server`;
    case "other purpose":
      return "is not for servers";
    case "authority unknown": {
      const authority =
        sslrootcert === undefined
          ? "an authority that this machine trusts"
          : `the one in ${sslrootcert}`;
      return `is not signed by ${authority}: it may be another server`;
    }
  }
}

/** By the `code` of the error, https://nodejs.org/docs/latest-v20.x/api/errors.html#common-system-errors. */
const networkFailures: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "nothing listens on that port"],
  ["ECONNRESET", "the connection was reset"],
  ["EHOSTUNREACH", "there is no route to the host"],
  ["ENETUNREACH", "there is no route to the network"],
  ["ENOTFOUND", "there is no such host"],
  ["EAI_AGAIN", "the host name could not be resolved"],
  ["ETIMEDOUT", "the connection attempt timed out"],
]);

/** Why no server answered, as half a sentence; undefined if the connection failed for another reason. */
export function describeNoAnswer(error: unknown): string | undefined {
  // A name with several addresses fails once for each of them; the first is enough.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return undefined;
  const code = codeOf(first);
  // node-postgres gives its time-out no code.
  if (code === "" && first.message === "timeout expired") return "the connection attempt timed out";
  return networkFailures.get(code);
}

/** Whether the server was asked for TLS and has none. node-postgres gives this error no code. */
export function lacksTls(error: Error): boolean {
  return codeOf(error) === "" && error.message === "The server does not support SSL connections";
}

/** The `code` of an error, a SQLSTATE or one of Node.js; empty if it has none. */
export function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Whether a login failed because the database does not exist. */
export function isMissingDatabase(error: unknown): boolean {
  // invalid_catalog_name, https://www.postgresql.org/docs/15/errcodes-appendix.html
  return error instanceof DatabaseError && error.code === "3D000";
}

/**
 * Whether a session has ended in the middle, by the server or by the network: classes 08 and 57P of
 * https://www.postgresql.org/docs/15/errcodes-appendix.html, and what node-postgres says without a code.
 */
export function isLostConnection(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code === "")
    return /^Connection terminated|connection error and is not queryable/.test(error.message);
  return /^(08|57P)/.test(code) || ["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code);
}
