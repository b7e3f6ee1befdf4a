import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { AcknowledgedLoss } from "@hosterizer/postgres/migrations/loss/loss";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { type Inputs, LazyResource } from "./lazyResource";

export interface MigrationsInputs {
  /** The login that runs them; a member of the owner. */
  connection: Connection;
  owner: string;
  /** Folder of the `.up.sql` and `.down.sql` files, from the project folder. */
  directory: string;
  /** Schemas of which everything is recorded as the expected schema, whoever owns it. */
  schemas: readonly string[];
  /** In milliseconds. */
  lockTimeout: number;
  /** Tenant tables are born closed, in the transaction of the file that makes them. */
  tenancy: Tenancy;
  /** Number of the last one that is to be applied; those after it are undone. Default: the last in the folder. */
  target?: number | undefined;
  /** How many rows may go with what is undone. */
  acknowledgedLoss: AcknowledgedLoss;
  /** Number of the last migration that is not judged any more. */
  releasedVersion: number;
  /** What becomes of a pending migration that hurts a database in use: the update is refused, or preview says so. */
  unsafe: "refused" | "told";
}

/** The migrations that the folder holds, applied in order up to the target. Its id is the ledger. */
export class Migrations extends LazyResource {
  /** Number of the last migration that is to be applied; after a failed one, of the last that is, if the server tells. */
  declare readonly version: pulumi.Output<number>;

  constructor(name: string, args: Inputs<MigrationsInputs>, opts?: pulumi.CustomResourceOptions) {
    super("Migrations", name, { ...args, version: undefined }, opts);
  }
}
