import type { Difference } from "../convergence/difference";
import type { CertificateKind } from "./certificateKinds";
import { readCertificate } from "./readCertificate";

/** What is found where a file should be: its text, nothing, or a reason why it can't be read. */
export type FoundFile = { text: string } | { fault: string } | undefined;

/**
 * How the file that clients know an authority by differs from the authority's certificate.
 *
 * @param file its path, as the user knows it
 */
export function certificateFileDifferences(
  file: string,
  certificate: string,
  found: FoundFile,
): Difference[] {
  if (found !== undefined && "text" in found && found.text === certificate) return [];
  const name = readCertificate(certificate)?.commonName ?? "";
  return [
    {
      kind: "certificate file" satisfies CertificateKind,
      object: `file ${file}`,
      expected: `the certificate of ${name}`,
      actual: found === undefined ? null : describe(found),
      repair: "automatic",
      reason: "clients cannot tell the server from another",
    },
  ];
}

function describe(found: { text: string } | { fault: string }): string {
  if ("fault" in found) return found.fault;
  const facts = readCertificate(found.text);
  return facts === undefined ? "no certificate" : `another one, of ${facts.commonName}`;
}
