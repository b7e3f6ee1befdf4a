import type * as pulumi from "@pulumi/pulumi";

import type { DeclaredAccess } from "@hosterizer/postgres/audit/declaredAccess";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface LockdownInputs extends DeclaredAccess {
  /** The deployer's login: a superuser, or a member of the owner that may create roles. */
  connection: Connection;
  /** A login in the database with no more rights than the owner. */
  migrator: Connection;
  /** Folder of the migrations, from the project folder. */
  directory: string;
  /** Number of the last migration to be applied. Default: the last in the folder. */
  target?: number | undefined;
}

/**
 * Closes what is open before anything else is checked or refused: row-level security that is off, policies and privileges that are
 * not declared. Its ID is the owner.
 *
 * Everything that may refuse or fail depends on it. What later migrations open, the audit closes. Deleting it opens nothing.
 */
export class Lockdown extends LazyResource {
  constructor(name: string, args: Inputs<LockdownInputs>, opts?: pulumi.CustomResourceOptions) {
    super("Lockdown", name, args, opts);
  }
}
