import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Destination } from "@hosterizer/postgres/migrations/migrationPlan";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { Migrations } from "./dynamic/migrations";

export interface SchemaArgs extends Destination {
  /** What must be in order before a migration runs. */
  after: pulumi.Resource;
  /** The login that runs migrations; a member of the owner. */
  connection: pulumi.Input<Connection>;
  owner: string;
  /** Schemas of which everything is recorded after a migration. */
  schemas: readonly string[];
  /** Folder of the migrations. A plain string, because preview names the pending ones. */
  directory: string;
  /** How long a migration waits for a lock before it lets others pass and tries again, in milliseconds. */
  lockTimeout: number;
  /** Number of the last migration that is not judged any more. */
  releasedVersion: number;
  /** Whether a pending migration that hurts a database in use is refused, or told by preview. */
  unsafe: "refused" | "told";
  /** Tenant tables are born closed. */
  tenancy: Tenancy;
}

/**
 * The tables and everything about them that migrations define.
 *
 * Preview names the pending migrations, and those to be undone with what goes. Each runs in a transaction of its own, as the
 * owner; those before a failed one stay as they are. Destroying this leaves schema and data.
 */
export class Schema extends pulumi.ComponentResource {
  /** Number of the last migration. */
  readonly version: pulumi.Output<number>;

  constructor(name: string, args: SchemaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Schema", name, {}, opts);
    const { after, ...declared } = args;

    const child = { parent: this, dependsOn: after };
    this.version = new Migrations(name, declared, child).version;

    this.registerOutputs({ version: this.version });
  }
}
