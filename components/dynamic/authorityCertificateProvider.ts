import type { dynamic } from "@pulumi/pulumi";

import { expiryDifferences } from "@hosterizer/postgres/tls/certificateDrift";
import {
  belongTogether,
  type KeyAndCertificate,
  lifetimes,
  makeAuthority,
} from "@hosterizer/postgres/tls/certificates";
import type { AuthorityCertificateInputs } from "./authorityCertificate";
import { changes } from "./changes";
import { driftLines } from "./driftLines";

/** `issued`, in ISO 8601: a check is not told the certificate, and knows its end from this. */
type Inputs = AuthorityCertificateInputs & { issued: string; drift?: string[] };
type State = Inputs & KeyAndCertificate;

/** Adds `issued`, the time of the certificate that there is or is to be, and `drift`: that its end is near. */
export function check(
  olds: Partial<Inputs>,
  news: AuthorityCertificateInputs,
): Promise<dynamic.CheckResult<Inputs>> {
  const now = new Date();
  const { commonName, issued } = olds;
  const object = `certificate authority ${news.commonName}`;
  const ending =
    issued === undefined
      ? []
      : expiryDifferences(object, new Date(issued), lifetimes.authority, now);
  const kept = ending.length === 0 && commonName === news.commonName;
  const inputs = { ...news, issued: (kept ? issued : undefined) ?? now.toISOString() };
  return Promise.resolve({ inputs: { ...inputs, drift: driftLines(ending) } });
}

export function diff(_id: string, olds: State, news: Inputs): Promise<dynamic.DiffResult> {
  const differs = changes<Inputs>(olds, news, ["commonName", "issued"], ["drift"]);
  return Promise.resolve(belongTogether(olds) ? differs : { changes: true });
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult<State>> {
  const made = await makeAuthority(inputs.commonName, new Date(inputs.issued));
  return { id: "authority", outs: { ...inputs, ...made } };
}

/** Keeps the key, so that what the authority has signed stays good. */
export async function update(
  _id: string,
  olds: State,
  news: Inputs,
): Promise<dynamic.UpdateResult<State>> {
  const key = belongTogether(olds) ? olds.privateKey : undefined;
  const made = await makeAuthority(news.commonName, new Date(news.issued), key);
  return { outs: { ...news, ...made } };
}

/** Forgets the key: nothing more can be signed with it. */
function remove(): Promise<void> {
  return Promise.resolve();
}

export { remove as delete };
