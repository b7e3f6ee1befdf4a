import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface DeployerSettingsInputs {
  /** The login that deploys, in another database. */
  connection: Connection;
  /** Ours. */
  database: string;
}

/**
 * What sessions of the login that deploys begin with in our database, whatever its owner sets there. Its id is the database.
 *
 * The official plugin's SQL names no schemas, and would find the owner's functions. So everything that it does in the
 * database depends on this.
 */
export class DeployerSettings extends LazyResource {
  constructor(
    name: string,
    args: Inputs<DeployerSettingsInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("DeployerSettings", name, args, opts);
  }
}
