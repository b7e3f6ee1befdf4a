import type * as pulumi from "@pulumi/pulumi";

import type { Audit } from "@hosterizer/postgres/audit/audit";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface LockdownInputs extends Audit {
  /** The login that deploys: a superuser, or a member of the owner that may create roles. */
  connection: Connection;
  /** A login in the database with no more rights than the owner. */
  migrator: Connection;
  /** Folder of the migrations, from the project folder. */
  directory: string;
  /** Number of the last migration that is to be applied. Default: the last in the folder. */
  target?: number | undefined;
}

/**
 * What is open is closed before anything else is judged or refused: row-level security that is off, policies and privileges that
 * are not declared. Its id is the owner.
 *
 * Everything that may refuse or fail depends on it. What migrations bring afterwards is the audit's.
 */
export class Lockdown extends LazyResource {
  constructor(name: string, args: Inputs<LockdownInputs>, opts?: pulumi.CustomResourceOptions) {
    super("Lockdown", name, args, opts);
  }
}
