import * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

export interface AuthorityCertificateInputs {
  commonName: string;
}

/**
 * The certificate of an authority, with its private key. Its ID is `authority`.
 *
 * An update in its last year renews it with the same key. Deleting it discards the key.
 */
export class AuthorityCertificate extends LazyResource {
  /** PEM. */
  declare readonly certificate: pulumi.Output<string>;
  /** PEM, PKCS#8. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(
    name: string,
    args: Inputs<AuthorityCertificateInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      "AuthorityCertificate",
      name,
      { ...args, certificate: undefined, privateKey: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["privateKey"] }),
    );
  }
}
