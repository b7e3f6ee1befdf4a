import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
  X509Certificate,
} from "node:crypto";
import { createRequire } from "node:module";
import { isIP } from "node:net";

import type { Extension, Name } from "@peculiar/x509";

import type { Difference } from "../convergence/difference";

/** A certificate and the private key that belongs to it. */
export interface KeyAndCertificate {
  /** PEM, one certificate. */
  certificate: string;
  /** PEM, PKCS#8, not encrypted. */
  privateKey: string;
}

/** What a certificate is for. */
export interface CertificateRequest {
  /** For a client, the role: PostgreSQL's method `cert` compares the two, https://www.postgresql.org/docs/15/auth-cert.html. */
  commonName: string;
  /** Names and addresses of a server; empty for a client. */
  hosts: readonly string[];
  usage: "server" | "client";
}

/** How long a kind of certificate is valid, and how long before its end an update renews it. Both in days. */
export interface Lifetime {
  days: number;
  renewal: number;
}

/**
 * With one update a month, no certificate expires. The authority is renewed so early that no certificate outlives the
 * authority that signed it.
 */
export const lifetimes = {
  authority: { days: 3650, renewal: 365 },
  certificate: { days: 365, renewal: 30 },
} as const satisfies Record<string, Lifetime>;

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** When a certificate is valid. It begins an hour early, for clients whose clock is slow. */
function validity(issued: Date, { days }: Lifetime): { notBefore: Date; notAfter: Date } {
  const time = issued.getTime();
  return { notBefore: new Date(time - hour), notAfter: new Date(time + days * day) };
}

/** Whole days until a certificate expires; negative afterwards. */
function daysLeft(issued: Date, lifetime: Lifetime, now: Date): number {
  return Math.floor((validity(issued, lifetime).notAfter.getTime() - now.getTime()) / day);
}

/**
 * Makes a certificate authority that signs certificates of servers and clients, but no further authority.
 *
 * @param privateKey of the authority to renew: what it has signed stays valid, even for clients that only know the earlier
 *   certificate. Default: a new key.
 */
export async function makeAuthority(
  commonName: string,
  issued: Date,
  privateKey = makePrivateKey(),
): Promise<KeyAndCertificate> {
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension } = loadX509();
  const contents = {
    commonName,
    privateKey,
    ...validity(issued, lifetimes.authority),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  };
  return { certificate: await signCertificate(contents, { privateKey }), privateKey };
}

/** Makes a certificate for a server or a client, with a new key, signed by the authority. */
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
  // PostgreSQL and Node.js compare an address with addresses only, never with names.
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

/** Kinds of drift in the certificates of a stack. */
export const certificateKinds = [
  "certificate end",
  "certificate authority",
  "certificate file",
] as const;

export type CertificateKind = (typeof certificateKinds)[number];

/** What is known of a certificate without reading it. */
interface IssuedCertificate {
  issued: Date;
  /** PEM of the authority that signed it. */
  authority: string;
}

/**
 * Why a certificate has to be reissued although the request has not changed.
 *
 * @param authority PEM of the authority's current certificate; undefined while a new one is being made
 */
export function certificateDifferences(
  request: CertificateRequest,
  before: IssuedCertificate,
  authority: string | undefined,
  now: Date,
): Difference[] {
  const object = describe(request);
  const expiry = expiryDifferences(object, before.issued, lifetimes.certificate, now);
  if (authority === undefined || authority === before.authority) return expiry;
  return [
    ...expiry,
    {
      kind: "certificate authority" satisfies CertificateKind,
      object,
      expected: "a signature of the current authority",
      actual: "one of an earlier authority",
      repair: "automatic",
    },
  ];
}

/** As an operator would name it: by its hosts, or by the role. */
function describe({ commonName, hosts, usage }: CertificateRequest): string {
  return `${usage} certificate of ${hosts.length > 0 ? hosts.join(", ") : commonName}`;
}

/**
 * Whether a certificate has to be renewed because it expires soon or has expired.
 *
 * @param object as an operator would name it
 */
export function expiryDifferences(
  object: string,
  issued: Date,
  lifetime: Lifetime,
  now: Date,
): Difference[] {
  const left = daysLeft(issued, lifetime, now);
  if (left >= lifetime.renewal) return [];
  const end = validity(issued, lifetime).notAfter.toISOString().slice(0, 10);
  return [
    {
      kind: "certificate end" satisfies CertificateKind,
      object,
      expected: `at least ${lifetime.renewal} days`,
      actual: left < 0 ? `expired on ${end}` : `${left} days left`,
      repair: "automatic",
      reason: "it is renewed",
    },
  ];
}

/** PostgreSQL, PgBouncer and every TLS library since 2012 support it, and a key takes a millisecond to make. */
const curve = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A new private key, in PEM. */
export function makePrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: curve.namedCurve });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

interface CertificateContents {
  commonName: string;
  notBefore: Date;
  notAfter: Date;
  /** PEM. */
  privateKey: string;
  /** All but the key identifiers. */
  extensions: Extension[];
}

interface Signer {
  /** Default: the subject of the certificate, which is then self-signed. */
  name?: Name;
  /** PEM. */
  privateKey: string;
}

/**
 * Writes and signs a certificate with a random serial number.
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

/** Whether the certificate was made for this key. False for texts that are not PEM. */
export function certificateMatchesKey({ certificate, privateKey }: KeyAndCertificate): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}

type X509 = typeof import("@peculiar/x509");

const loadModule = createRequire(__filename);

/**
 * Loads the library that makes certificates only when one is made. It takes a quarter of a second, which previews that make
 * none do not have to wait for; Node.js reads certificates by itself.
 */
function loadX509(): X509 {
  // The library's dependency container needs it, but leaves it to the program to load it.
  loadModule("reflect-metadata");
  return loadModule("@peculiar/x509") as X509;
}
