import * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

/** What the embedded server is made from. */
export interface EmbeddedServerInputs {
  /** Names the folder of its data. */
  stack: string;
  host: string;
  port: number;
  /** The superuser that initdb makes. */
  user: string;
  password: string;
}

/**
 * A PostgreSQL server run out of an npm package. Its id is the stack's name.
 *
 * Data that is there already is taken over. Deleting the resource stops the server and deletes its data.
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
