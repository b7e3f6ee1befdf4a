import {
  certificateMatchesKey,
  expiryDifferences,
  type KeyAndCertificate,
  lifetimes,
  makeAuthority,
} from "@hosterizer/postgres/tls/certificates";
import type { AuthorityCertificateInputs } from "./authorityCertificate";
import { driftLines } from "./drift";
import { makeProvider } from "./provider";

/** `issued`, in ISO 8601: `check` does not get the certificate, and knows its end from this. */
type Inputs = AuthorityCertificateInputs & { issued: string };

export const provider = makeProvider<
  AuthorityCertificateInputs,
  Inputs,
  Inputs & KeyAndCertificate
>({
  id: () => "authority",
  compared: ({ commonName, issued }) => [commonName, issued],
  isIntact: certificateMatchesKey,
  /** Adds `issued`, the time of the certificate that exists or is to be made, and `drift`: that its end is near. */
  check: ({ commonName, issued }, news) => {
    const now = new Date();
    const object = `certificate authority ${news.commonName}`;
    const ending =
      issued === undefined
        ? []
        : expiryDifferences(object, new Date(issued), lifetimes.authority, now);
    const isKept = ending.length === 0 && commonName === news.commonName;
    const inputs = { ...news, issued: (isKept ? issued : undefined) ?? now.toISOString() };
    return Promise.resolve({ inputs: { ...inputs, drift: driftLines(ending) } });
  },
  /** A renewal keeps the key, so that what the authority has signed stays valid. */
  apply: async (inputs, before) => {
    const key = before && certificateMatchesKey(before) ? before.privateKey : undefined;
    const made = await makeAuthority(inputs.commonName, new Date(inputs.issued), key);
    return { ...inputs, ...made };
  },
});
