import * as pulumi from "@pulumi/pulumi";

import { AuthorityCertificate } from "../dynamic/authorityCertificate";
import { CertificateFile } from "../dynamic/certificateFile";

export interface CertificateAuthorityArgs {
  /** Its name, which clients see in certificates. */
  commonName: pulumi.Input<string>;
  /** Where its certificate is written for clients: a path from the project folder. */
  file: pulumi.Input<string>;
}

/**
 * The certificate authority of a stack, and the file that clients know it by.
 *
 * Its private key is in the state alone, as a secret. A year before it ends it is renewed with the same key; replacing its
 * resource makes a new key, and everything that it has signed anew. Destroying it removes the file.
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** PEM. */
  readonly certificate: pulumi.Output<string>;
  /** PEM, PKCS#8; secret. */
  readonly privateKey: pulumi.Output<string>;
  /** Path of the file, from the project folder. Whoever uses it waits until the file is written. */
  readonly file: pulumi.Output<string>;

  constructor(
    name: string,
    args: CertificateAuthorityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hosterizer:index:CertificateAuthority", name, args, opts);
    const { commonName, file } = args;

    const authority = new AuthorityCertificate(name, { commonName }, { parent: this });
    const { certificate } = authority;
    // A resource of its own, so that a file somebody removed does not make a preview doubt the certificates.
    const written = new CertificateFile(name, { certificate, file }, { parent: this });

    this.certificate = certificate;
    this.privateKey = authority.privateKey;
    this.file = written.file;
    this.registerOutputs({ certificate, file: this.file });
  }
}
