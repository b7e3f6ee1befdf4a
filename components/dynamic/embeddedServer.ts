import * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

/** The provider's inputs. */
export interface EmbeddedServerInputs {
  /** Names the data directory. */
  stack: string;
  host: string;
  port: number;
  /** The superuser that initdb makes. */
  user: string;
  password: string;
  /** PEM: by which clients know the server from another program on its port. */
  certificate: string;
  /** PEM; secret. */
  privateKey: string;
  /** Path of the certificate that clients verify it with, from the project folder. */
  sslrootcert: string;
}

/**
 * A PostgreSQL server from an npm package. Its ID is the stack's name.
 *
 * An existing data directory is adopted. Deleting the resource stops the server and deletes its data.
 */
export class EmbeddedServer extends LazyResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;

  constructor(
    name: string,
    args: Inputs<EmbeddedServerInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("EmbeddedServer", name, args, opts);
  }
}
