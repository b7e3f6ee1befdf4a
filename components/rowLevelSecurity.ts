import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "../postgres/connection";
import type { Tenancy } from "../postgres/rowLevelSecurity/tenancy";
import { TablePolicies } from "./dynamic/tablePolicies";
import { TenantContext } from "./dynamic/tenantContext";

export interface RowLevelSecurityArgs {
  /** A login that may become the owner. */
  connection: pulumi.Input<Connection>;
  owner: string;
  /** Plain, because each table is a resource. */
  tenancy: Tenancy;
  /** What creates the tables. */
  schema: pulumi.Resource;
}

/**
 * Row-level security on every tenant table: what a customer may see, whoever asks and however.
 *
 * A table that leaves the declaration keeps its policies.
 */
export class RowLevelSecurity extends pulumi.ComponentResource {
  constructor(name: string, args: RowLevelSecurityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:RowLevelSecurity", name, {}, opts);
    const { connection, owner, tenancy } = args;
    const { tables, ...rules } = tenancy;
    // Each resource holds the rules and its own table, so that a new table changes no other resource.
    const security = { owner, tenancy: { ...rules, tables: [] } };

    const first = { parent: this, dependsOn: args.schema };
    const context = new TenantContext(name, { connection, security }, first);
    for (const table of tables) {
      const child = { parent: this, dependsOn: context };
      const logical = `${name}-${table.schema}.${table.table}`;
      new TablePolicies(logical, { connection, table, security }, child);
    }

    this.registerOutputs({});
  }
}
