import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { TenantPolicies } from "./dynamic/tenantPolicies";
import type { Schema } from "./schema";

export interface RowLevelSecurityArgs {
  /** A login that may become the owner. */
  connection: pulumi.Input<Connection>;
  owner: string;
  tenancy: Tenancy;
  /** The migrations that create the tables. */
  schema: Schema;
}

/**
 * Row-level security on every tenant table: which rows a customer may see, whatever the query.
 *
 * A table that leaves the declaration keeps its policies.
 */
export class RowLevelSecurity extends pulumi.ComponentResource {
  constructor(name: string, args: RowLevelSecurityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:RowLevelSecurity", name, {}, opts);
    const { connection, owner, tenancy, schema } = args;

    const inputs = { connection, security: { tenancy, owner }, version: schema.version };
    new TenantPolicies(name, inputs, { parent: this, dependsOn: schema });

    this.registerOutputs({});
  }
}
