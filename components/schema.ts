import * as pulumi from "@pulumi/pulumi";

import type { GrantDeclaration } from "@hosterizer/postgres/access/declarations";
import type { Undrilled } from "@hosterizer/postgres/backup/drill/lastDrills";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Destination } from "@hosterizer/postgres/migrations/migrationPlan";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { Migrations } from "./dynamic/migrations";

export interface SchemaArgs extends Destination {
  /** What must be in place before a migration runs. */
  after: pulumi.Resource;
  /** The login that runs migrations; a member of the owner. */
  connection: pulumi.Input<Connection>;
  owner: string;
  /** Schemas whose objects are all recorded after a migration. */
  schemas: readonly string[];
  /** Folder of the migrations. A plain string, because preview names the pending ones. */
  directory: string;
  /** How long a migration waits for a lock before it lets others pass and tries again, in milliseconds. */
  lockTimeout: number;
  /** Number of the last migration that is no longer judged. */
  releasedVersion: number;
  /** Whether a pending migration that is unsafe for a database in use is refused, or shown by preview. */
  unsafe: "refused" | "told";
  /** Why pending migrations are refused on a database with data: no drill has restored it recently. Undefined: they are not. */
  undrilled: Undrilled | undefined;
  /** Row-level security is on for a tenant table as soon as a migration creates it. */
  tenancy: Tenancy;
  /** Views over tables that these name get the rights of their readers as soon as a migration creates them. */
  grants: readonly GrantDeclaration[];
}

/**
 * The tables and everything about them that migrations define.
 *
 * Preview names the pending migrations, and those to be undone with the data lost. Each runs in its own transaction, as the owner;
 * those before a failed one stay applied. Deleting it leaves schema and data.
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
