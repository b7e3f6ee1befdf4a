import { isDeepStrictEqual } from "node:util";

import {
  certificateMatchesKey,
  certificateDifferences,
  issueCertificate,
  type KeyAndCertificate,
} from "@hosterizer/postgres/tls/certificates";
import type { CertificateInputs } from "./certificate";
import { driftLines, hasUnknown } from "./drift";
import { makeProvider } from "./provider";

/** `issued`, in ISO 8601: `check` does not get the certificate, and knows its end from this. */
type Inputs = CertificateInputs & { issued: string };
/** Without the authority's key, which is stored with the authority. */
type Outputs = Omit<Inputs, "authorityKey"> & KeyAndCertificate;

export const provider = makeProvider<CertificateInputs, Inputs, Outputs>({
  id: ({ usage }) => usage,
  compared: (properties) => [properties.issued, requestOf(properties)],
  isIntact: certificateMatchesKey,
  /** Adds `issued`, the time of the certificate that exists or is to be issued, and `drift`: why there has to be another. */
  check: (olds, news) => {
    const now = new Date();
    const differences = readDifferences(olds, news, now);
    const isSame = isDeepStrictEqual(requestOf(olds), requestOf(news));
    const issued = isSame && differences.length === 0 ? olds.issued : undefined;
    const inputs = { ...news, issued: issued ?? now.toISOString() };
    return Promise.resolve({ inputs: { ...inputs, drift: driftLines(differences) } });
  },
  apply: async ({ authorityKey, ...inputs }) => {
    const authority = { certificate: inputs.authorityCertificate, privateKey: authorityKey };
    const made = await issueCertificate(authority, inputs, new Date(inputs.issued));
    return { ...inputs, ...made };
  },
});

/** What the certificate is issued for, and by whom. */
function requestOf({ commonName, hosts, usage, authorityCertificate }: Partial<Outputs>) {
  return [commonName, hosts, usage, authorityCertificate];
}

function readDifferences(
  { issued, authorityCertificate }: Partial<Inputs>,
  news: CertificateInputs,
  now: Date,
) {
  const { commonName, hosts, usage } = news;
  const request = { commonName, hosts, usage };
  if (issued === undefined || authorityCertificate === undefined || hasUnknown(request)) return [];
  const authority = hasUnknown(news.authorityCertificate) ? undefined : news.authorityCertificate;
  const before = { issued: new Date(issued), authority: authorityCertificate };
  return certificateDifferences(request, before, authority, now);
}
