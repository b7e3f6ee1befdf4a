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
