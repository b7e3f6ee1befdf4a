import * as pulumi from "@pulumi/pulumi";

import type { GrantDeclaration } from "@hosterizer/postgres/access/declarations";
import type { Undrilled } from "@hosterizer/postgres/backup/drill/lastDrills";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { AcknowledgedLoss } from "@hosterizer/postgres/migrations/dataLoss";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { type Inputs, LazyResource } from "./lazyResource";

export interface MigrationsInputs {
  /** The login that runs them; a member of the owner. */
  connection: Connection;
  owner: string;
  /** Folder of the `.up.sql` and `.down.sql` files, from the project folder. */
  directory: string;
  /** Schemas whose objects are all recorded as the expected schema, regardless of their owners. */
  schemas: readonly string[];
  /** In milliseconds. */
  lockTimeout: number;
  /** Row-level security of a tenant table is turned on in the transaction of the file that creates it. */
  tenancy: Tenancy;
  /** Views over tables that these name get the rights of their readers, likewise. */
  grants: readonly GrantDeclaration[];
  /** Number of the last one to be applied; later ones are undone. Default: the last in the folder. */
  target?: number | undefined;
  /** How many rows an undo may delete. */
  acknowledgedLoss: AcknowledgedLoss;
  /** Number of the last migration that is no longer judged. */
  releasedVersion: number;
  /** Whether a pending migration that is unsafe for a database in use is refused, or shown by preview. */
  unsafe: "refused" | "told";
  /** Why data is not proven to be restorable; undefined: it is, or need not be. Pending migrations of a database with data are refused. */
  undrilled?: Undrilled | undefined;
}

/** The folder's migrations, applied in order up to the target. Its ID is the ledger. Deleting it leaves schema and data. */
export class Migrations extends LazyResource {
  /** Number of the last migration to be applied; after a failure, of the last one applied, if the server can be asked. */
  declare readonly version: pulumi.Output<number>;

  constructor(name: string, args: Inputs<MigrationsInputs>, opts?: pulumi.CustomResourceOptions) {
    super("Migrations", name, { ...args, version: undefined }, opts);
  }
}
