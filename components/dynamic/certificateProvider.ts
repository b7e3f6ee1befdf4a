import { isDeepStrictEqual } from "node:util";

import type { dynamic } from "@pulumi/pulumi";

import { certificateDifferences } from "@hosterizer/postgres/tls/certificateDrift";
import {
  belongTogether,
  issueCertificate,
  type KeyAndCertificate,
} from "@hosterizer/postgres/tls/certificates";
import type { CertificateInputs } from "./certificate";
import { changes } from "./changes";
import { driftLines } from "./driftLines";
import { hasUnknown } from "./unknown";

/** `issued`, in ISO 8601: a check is not told the certificate, and knows its end from this. */
type Inputs = CertificateInputs & { issued: string; drift?: string[] };
/** The authority's key is no part of what was made, and is not kept twice. */
type State = Omit<Inputs, "authorityKey"> & KeyAndCertificate;

const declared = ["commonName", "hosts", "usage", "authorityCertificate"] as const;

/** Adds `issued`, the time of the certificate that there is or is to be, and `drift`: why there has to be a new one. */
export function check(
  olds: Partial<Inputs>,
  news: CertificateInputs,
): Promise<dynamic.CheckResult<Inputs>> {
  const now = new Date();
  const differences = lookAt(olds, news, now);
  const asked = declared.some((key) => !isDeepStrictEqual(olds[key], news[key]));
  const kept = asked || differences.length > 0 ? undefined : olds.issued;
  const issued = kept ?? now.toISOString();
  return Promise.resolve({ inputs: { ...news, issued, drift: driftLines(differences) } });
}

function lookAt(
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

export function diff(_id: string, olds: State, news: Inputs): Promise<dynamic.DiffResult> {
  const differs = changes<Omit<Inputs, "authorityKey">>(
    olds,
    news,
    ["issued", ...declared],
    ["drift"],
  );
  return Promise.resolve(belongTogether(olds) ? differs : { changes: true });
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult<State>> {
  return { id: inputs.usage, outs: await issue(inputs) };
}

export async function update(
  _id: string,
  _olds: State,
  news: Inputs,
): Promise<dynamic.UpdateResult<State>> {
  return { outs: await issue(news) };
}

/** Forgets the key. Nobody is told that the certificate is no longer used: it is good until its end. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };

async function issue({ authorityKey, ...inputs }: Inputs): Promise<State> {
  const authority = { certificate: inputs.authorityCertificate, privateKey: authorityKey };
  const made = await issueCertificate(authority, inputs, new Date(inputs.issued));
  return { ...inputs, ...made };
}
