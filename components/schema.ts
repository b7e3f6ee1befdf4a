import * as pulumi from "@pulumi/pulumi";

import { secureNewObjects } from "../postgres/audit/secureNewObjects";
import type { Connection } from "../postgres/connection";
import { closeNewTables } from "../postgres/rowLevelSecurity/closeNewTables";
import type { Tenancy } from "../postgres/rowLevelSecurity/tenancy";
import type { Database } from "./database";
import { Migrations } from "./dynamic/migrations";

export interface SchemaArgs {
  database: Database;
  /** The login that runs migrations; a member of the owner. */
  connection: pulumi.Input<Connection>;
  owner: string;
  /** Schemas of which everything is recorded after a migration. */
  schemas: readonly string[];
  /** Folder of the migrations. A plain string, because preview names the pending ones. */
  directory: string;
  /** How long a migration waits for a lock before it lets others pass and tries again, in milliseconds. */
  lockTimeout: number;
  /** Tenant tables are born closed. */
  tenancy: Tenancy;
}

/**
 * The tables and everything about them that migrations define.
 *
 * Preview names the pending migrations. Each runs in a transaction of its own, as the owner; those before a failed one
 * stay applied. Destroying this leaves schema and data.
 */
export class Schema extends pulumi.ComponentResource {
  /** Number of the last migration. */
  readonly version: pulumi.Output<number>;

  constructor(name: string, args: SchemaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:Schema", name, {}, opts);
    const { database, tenancy, ...declared } = args;

    const { owner, schemas } = declared;
    const { tables } = tenancy;
    const secured = secureNewObjects({ owner, schemas, tables });
    const afterEach = `${closeNewTables(tables)};\n${secured}`;
    const child = { parent: this, dependsOn: database };
    this.version = new Migrations(name, { ...declared, afterEach }, child).version;

    this.registerOutputs({ version: this.version });
  }
}
