import type { dynamic } from "@pulumi/pulumi";

import {
  certificateFileDifferences,
  readCertificateFile,
  removeCertificateFile,
  writeCertificateFile,
} from "@hosterizer/postgres/tls/certificateFile";
import type { CertificateFileInputs } from "./certificateFile";
import { changes } from "./changes";
import { driftLines } from "./driftLines";
import { hasUnknown } from "./unknown";

type Inputs = CertificateFileInputs & { drift?: string[] };

/** Adds `drift`: that the file is missing or another. */
export async function check(
  olds: Partial<Inputs>,
  news: CertificateFileInputs,
): Promise<dynamic.CheckResult<Inputs>> {
  // What is about to be written anew, or elsewhere, has not drifted.
  const { file, certificate } = news;
  const same = olds.file === file && olds.certificate === certificate;
  if (!same || hasUnknown(news)) return { inputs: { ...news, drift: [] } };
  const found = await readCertificateFile(file);
  return {
    inputs: { ...news, drift: driftLines(certificateFileDifferences(file, certificate, found)) },
  };
}

/** The file of another path is a new one, and the old one is removed when nobody needs it any more. */
export function diff(_id: string, olds: Inputs, news: Inputs): Promise<dynamic.DiffResult> {
  const differs = changes(olds, news, ["file", "certificate"], ["drift"]);
  return Promise.resolve(olds.file === news.file ? differs : { ...differs, replaces: ["file"] });
}

export async function create(inputs: Inputs): Promise<dynamic.CreateResult> {
  await writeCertificateFile(inputs.file, inputs.certificate);
  return { id: inputs.file, outs: inputs };
}

export async function update(
  _id: string,
  _olds: Inputs,
  news: Inputs,
): Promise<dynamic.UpdateResult> {
  await writeCertificateFile(news.file, news.certificate);
  return { outs: news };
}

function remove(_id: string, { file }: Inputs): Promise<void> {
  return removeCertificateFile(file);
}

export { remove as delete };
