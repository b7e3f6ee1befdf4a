import * as pulumi from "@pulumi/pulumi";

import type { CertificateRequest } from "@hosterizer/postgres/tls/certificateRequest";
import { type Inputs, LazyResource } from "./lazyResource";

/** What its provider gets. */
export interface CertificateInputs extends CertificateRequest {
  /** PEM. */
  authorityCertificate: string;
  /** PEM; secret. */
  authorityKey: string;
}

export interface CertificateArgs extends Inputs<CertificateRequest> {
  /** Who signs it. */
  authority: { certificate: pulumi.Input<string>; privateKey: pulumi.Output<string> };
}

/**
 * A certificate of a server or a client, with its private key. Its id is `server` or `client`.
 *
 * An update with less than 30 days left, with another authority or for other names issues it anew, with a new key.
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
