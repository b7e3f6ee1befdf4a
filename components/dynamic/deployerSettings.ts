import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface DeployerSettingsInputs {
  /** The deployer's login, in another database. */
  connection: Connection;
  /** Ours. */
  database: string;
}

/**
 * The settings that the deployer's sessions in our database start with, whatever its owner sets there. Its ID is the database.
 *
 * The official plugin's SQL does not qualify names, and would call the owner's functions. So everything that the plugin does in the
 * database depends on this. Deleting it leaves the settings: they are deleted with the database.
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
