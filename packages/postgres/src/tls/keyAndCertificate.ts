import { createPrivateKey, X509Certificate } from "node:crypto";

/** A certificate and the private key that belongs to it. */
export interface KeyAndCertificate {
  /** PEM, one certificate. */
  certificate: string;
  /** PEM, PKCS#8, not encrypted. */
  privateKey: string;
}

/** Whether the certificate was made for this key. Two texts that are no PEM belong to nothing. */
export function belongTogether({ certificate, privateKey }: KeyAndCertificate): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}
