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
 * The certificate authority of a stack, and the file with which clients verify what it has signed.
 *
 * Its private key is only in the state, as a secret. In its last year it is renewed with the same key; replacing its resource
 * generates a new key, and reissues everything that it has signed. Deleting it removes the file.
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** PEM. */
  readonly certificate: pulumi.Output<string>;
  /** PEM, PKCS#8; secret. */
  readonly privateKey: pulumi.Output<string>;
  /** Path of the file, from the project folder. What uses it depends on the written file. */
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
    // A separate resource, so that a missing file does not make certificates unknown in a preview.
    const written = new CertificateFile(name, { certificate, file }, { parent: this });

    this.certificate = certificate;
    this.privateKey = authority.privateKey;
    this.file = written.file;
    this.registerOutputs({ certificate, file: this.file });
  }
}

/** Common name of a stack's certificate authority, which tells the stack's servers from other programs on their ports. */
export function authorityName(dockerName: string): string {
  return `${dockerName} certificate authority`;
}

/** Path of the authority's certificate for clients, from the project folder. It is not secret. */
export function authorityFile(stack: string): string {
  return `.hosterizer/${stack}/ca.pem`;
}

/** The names in the certificate of a server in a container: clients use them, its network, and the engine's machine. */
export function hostNames(host: string, alias: string): string[] {
  return [...new Set([host, alias, "localhost", "127.0.0.1"])];
}
