import * as pulumi from "@pulumi/pulumi";

import type { MigratorAccess } from "@hosterizer/postgres/access/migratorAccess";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface MigratorLoginInputs extends MigratorAccess {
  /** The deployer's login, in the same database. */
  deployer: Connection;
}

/**
 * Ensures that the migrator can log in to the database and become the owner. Its ID is the owner.
 *
 * Everything that evaluates what the owner has defined does so in the migrator's sessions, and depends on this. Deleting it leaves
 * the login.
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
