import {
  certificateFileDifferences,
  readCertificateFile,
  removeCertificateFile,
  writeCertificateFile,
} from "@hosterizer/postgres/tls/certificateFile";
import type { CertificateFileInputs } from "./certificateFile";
import { checkDrift } from "./drift";
import { makeProvider } from "./provider";

export const provider = makeProvider<CertificateFileInputs>({
  id: ({ file }) => file,
  compared: ({ file, certificate }) => [file, certificate],
  // Pulumi deletes the file at the old path at the end, when nothing uses it any more.
  replacedBy: "file",
  check: checkDrift(async ({ file, certificate }, olds) => {
    // A file that this update writes, here or elsewhere, has not drifted.
    if (olds.file !== file || olds.certificate !== certificate) return [];
    return certificateFileDifferences(file, certificate, await readCertificateFile(file));
  }),
  apply: async (inputs) => {
    await writeCertificateFile(inputs.file, inputs.certificate);
    return inputs;
  },
  remove: ({ file }) => removeCertificateFile(file),
});
