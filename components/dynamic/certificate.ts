import * as pulumi from "@pulumi/pulumi";

import type { CertificateRequest } from "@hosterizer/postgres/tls/certificates";
import { type Inputs, LazyResource } from "./lazyResource";

/** The provider's inputs. */
export interface CertificateInputs extends CertificateRequest {
  /** PEM. */
  authorityCertificate: string;
  /** PEM; secret. */
  authorityKey: string;
}

export interface CertificateArgs extends Inputs<CertificateRequest> {
  /** The authority that signs it. */
  authority: { certificate: pulumi.Input<string>; privateKey: pulumi.Output<string> };
}

/**
 * A certificate of a server or a client, with its private key. Its ID is `server` or `client`.
 *
 * An update issues another, with a new key, if less than 30 days are left, or the authority or the names have changed. Deleting it
 * discards the key; the certificate is not revoked.
 */
export class Certificate extends LazyResource {
  /** PEM. */
  declare readonly certificate: pulumi.Output<string>;
  /** PEM, PKCS#8. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const { authority, ...request } = args;
    const signer = {
      authorityCertificate: authority.certificate,
      authorityKey: pulumi.secret(authority.privateKey),
    };
    super(
      "Certificate",
      name,
      { ...request, ...signer, certificate: undefined, privateKey: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKey"] }),
    );
  }
}
