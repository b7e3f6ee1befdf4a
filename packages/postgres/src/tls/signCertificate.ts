import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
} from "node:crypto";

import type { Extension, Name } from "@peculiar/x509";

import { loadX509 } from "./loadX509";

/** What PostgreSQL, PgBouncer and every TLS library since 2012 can do, with keys that are made in a millisecond. */
const curve = { name: "ECDSA", namedCurve: "P-256" } as const;

export interface CertificateContents {
  commonName: string;
  notBefore: Date;
  notAfter: Date;
  /** PEM. */
  privateKey: string;
  /** All but those that tell whose key it is. */
  extensions: Extension[];
}

export interface Signer {
  /** Its own name; left out, the certificate signs itself. */
  name?: Name;
  /** PEM. */
  privateKey: string;
}

/** A new private key, in PEM. */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: curve.namedCurve });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/**
 * Writes and signs one certificate, with a random serial number.
 *
 * @returns PEM
 */
export async function signCertificate(
  { commonName, privateKey, extensions, ...validity }: CertificateContents,
  signer: Signer,
): Promise<string> {
  const { X509CertificateGenerator, ...x509 } = loadX509();
  const publicKey = new x509.PublicKey(publicKeyOf(privateKey));
  const signersKey = new x509.PublicKey(publicKeyOf(signer.privateKey));
  const subject = new x509.Name([{ CN: [commonName] }]);
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: serialNumber(),
    subject,
    issuer: signer.name ?? subject,
    publicKey,
    signingKey: await signingKey(signer.privateKey),
    signingAlgorithm: { ...curve, hash: "SHA-256" },
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signersKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** Sixteen bytes that are a positive number of that length, https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.2. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString("hex");
}

function publicKeyOf(privateKey: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createPublicKey(privateKey).export({ type: "spki", format: "der" }));
}

function signingKey(privateKey: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(privateKey).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, curve, false, ["sign"]);
}
