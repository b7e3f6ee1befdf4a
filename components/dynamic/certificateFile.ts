import * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

export interface CertificateFileInputs {
  /** Path from the project folder. */
  file: string;
  /** PEM. Not secret: every user may read the file. */
  certificate: string;
}

/** A file with an authority's certificate, which clients verify the server with. Its ID is the path. Deleting it removes the file. */
export class CertificateFile extends LazyResource {
  declare readonly file: pulumi.Output<string>;

  constructor(
    name: string,
    args: Inputs<CertificateFileInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("CertificateFile", name, args, opts);
  }
}
