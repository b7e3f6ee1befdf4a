import type { KeyAndCertificate } from "./keyAndCertificate";
import { lifetimes, validity } from "./lifetimes";
import { loadX509 } from "./loadX509";
import { makePrivateKey, signCertificate } from "./signCertificate";

/**
 * Makes a certificate authority, which signs certificates of servers and clients and no further authority.
 *
 * @param privateKey of the authority that is renewed: what it has signed stays good, also for clients that only know
 *   the earlier certificate. Left out: a new key.
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
