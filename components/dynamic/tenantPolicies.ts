import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { RowLevelSecurity } from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import { type Inputs, LazyResource } from "./lazyResource";

export interface TenantPoliciesInputs {
  /** A login that may become the owner. */
  connection: Connection;
  security: RowLevelSecurity;
  /** Number of the last migration: before it is applied, nobody can say what a table lacks. */
  version: number;
}

/**
 * Row-level security of the whole database: the functions that tell who is asking, and on every tenant table, its
 * partitions and other children exactly the declared policies. Its id is `tenancy`.
 *
 * One resource, because a resource a table costs more than all the SQL.
 */
export class TenantPolicies extends LazyResource {
  constructor(
    name: string,
    args: Inputs<TenantPoliciesInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("TenantPolicies", name, args, opts);
  }
}
