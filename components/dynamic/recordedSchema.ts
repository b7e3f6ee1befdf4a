import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { type Inputs, LazyResource } from "./lazyResource";

export interface RecordedSchemaInputs {
  /** The login that runs migrations: it has no more rights than the owner, whose objects are looked at and repaired. */
  connection: Connection;
  /** The login that deploys: what belongs to others it gives to the owner, and it evaluates nothing. */
  deployer: Connection;
  owner: string;
  /** Schemas of which everything counts, whoever owns it. */
  schemas: readonly string[];
  /** Folder of the migrations, from the project folder. */
  directory: string;
  /** To find tables whose rows nobody keeps apart before anything changes. */
  tenancy: Tenancy;
  /** Number of the migration after which all are to be undone, by their files as they are. Default: none is. */
  target?: number | undefined;
  /** How long a repair waits for a lock before it lets others pass and tries again, in milliseconds. */
  lockTimeout: number;
}

/**
 * The schema as the last migration left it, recorded in the database. Its id is the record.
 *
 * An update restores what holds no data. Where what holds data has changed it fails, before migrations run and before anything
 * is granted: so all of that depends on it.
 */
export class RecordedSchema extends LazyResource {
  constructor(
    name: string,
    args: Inputs<RecordedSchemaInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("RecordedSchema", name, args, opts);
  }
}
