import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { type Inputs, LazyResource } from "./lazyResource";

export interface RecordedSchemaInputs {
  /** The login that runs migrations: it has no more rights than the owner, whose objects it reads and repairs. */
  connection: Connection;
  /** The deployer's login: it gives objects of other roles to the owner, and evaluates nothing. */
  deployer: Connection;
  owner: string;
  /** Schemas whose objects are all compared, regardless of their owners. */
  schemas: readonly string[];
  /** Folder of the migrations, from the project folder. */
  directory: string;
  /** Finds tables without tenant isolation before anything changes. */
  tenancy: Tenancy;
  /** Number of the migration after which all are undone, by their present files. Default: none is. */
  target?: number | undefined;
  /** How long a repair waits for a lock before it lets others pass and tries again, in milliseconds. */
  lockTimeout: number;
}

/**
 * The schema as the last migration left it, recorded in the database. Its ID is the record.
 *
 * An update restores what holds no data. Where something that holds data has changed, it fails before migrations run and before
 * anything is granted, so all of that depends on it. Deleting it leaves the schema and its record.
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
