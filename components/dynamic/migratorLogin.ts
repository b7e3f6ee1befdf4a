import * as pulumi from "@pulumi/pulumi";

import type { MigratorAccess } from "@hosterizer/postgres/access/migratorAccess";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface MigratorLoginInputs extends MigratorAccess {
  /** The login that deploys, in the same database. */
  deployer: Connection;
}

/**
 * That the migrator logs in to the database and becomes the owner. Its id is the owner.
 *
 * Whatever evaluates what the owner has defined does so in the migrator's sessions, and depends on this.
 */
export class MigratorLogin extends LazyResource {
  constructor(
    name: string,
    args: Inputs<MigratorLoginInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("MigratorLogin", name, args, opts);
  }
}
