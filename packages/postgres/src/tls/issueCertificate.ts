import { isIP } from "node:net";

import type { CertificateRequest } from "./certificateRequest";
import type { KeyAndCertificate } from "./keyAndCertificate";
import { lifetimes, validity } from "./lifetimes";
import { loadX509 } from "./loadX509";
import { makePrivateKey, signCertificate } from "./signCertificate";

/** Makes a certificate of a server or a client, with a key of its own, signed by the authority. */
export async function issueCertificate(
  authority: KeyAndCertificate,
  { commonName, hosts, usage }: CertificateRequest,
  issued: Date,
): Promise<KeyAndCertificate> {
  const x509 = loadX509();
  const purpose = {
    server: x509.ExtendedKeyUsage.serverAuth,
    client: x509.ExtendedKeyUsage.clientAuth,
  };
  // An address counts only as an address: PostgreSQL and Node.js compare it with no name.
  const names = hosts.map((value) => ({ type: isIP(value) ? "ip" : "dns", value }) as const);
  const privateKey = makePrivateKey();
  const contents = {
    commonName,
    privateKey,
    ...validity(issued, lifetimes.certificate),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([purpose[usage]]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  };
  const { subjectName: name } = new x509.X509Certificate(authority.certificate);
  const certificate = await signCertificate(contents, { name, privateKey: authority.privateKey });
  return { certificate, privateKey };
}
