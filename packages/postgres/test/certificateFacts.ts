import { X509Certificate } from "node:crypto";

/** The contents of a certificate. */
interface CertificateFacts {
  commonName: string;
  /** Names and addresses of the server, addresses as OpenSSL writes them. */
  hosts: string[];
  usage: "authority" | "server" | "client" | "other";
  notBefore: Date;
  notAfter: Date;
  /** In hexadecimal. */
  serialNumber: string;
}

const usages = new Map<string, CertificateFacts["usage"]>([
  ["1.3.6.1.5.5.7.3.1", "server"],
  ["1.3.6.1.5.5.7.3.2", "client"],
]);

/**
 * Reads the first certificate of a PEM text.
 *
 * @returns undefined if the text holds no certificate
 */
export function readCertificate(pem: string): CertificateFacts | undefined {
  const certificate = parse(pem);
  if (certificate === undefined) return undefined;
  const { ca, keyUsage, subjectAltName, serialNumber } = certificate;
  // Undefined without an extended usage, although the type says otherwise.
  const [purpose = "", ...others] = (keyUsage as string[] | undefined) ?? [];
  const usage = others.length > 0 ? undefined : usages.get(purpose);
  return {
    commonName: [certificate.toLegacyObject().subject.CN].flat().join(", "),
    hosts: (subjectAltName ?? "")
      .split(", ")
      .flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.slice(1) ?? []),
    usage: ca ? "authority" : (usage ?? "other"),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    serialNumber: serialNumber.toLowerCase(),
  };
}

/** Whether an authority signed a certificate. Both PEM. */
export function isSignedBy(certificate: string, authority: string): boolean {
  const [signed, signer] = [parse(certificate), parse(authority)];
  if (signed === undefined || signer === undefined) return false;
  return signed.checkIssued(signer) && signed.verify(signer.publicKey);
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
