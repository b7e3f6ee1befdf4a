import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { RowLevelSecurity } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { type Inputs, LazyResource } from "./lazyResource";

export interface TenantPoliciesInputs {
  /** A login that may become the owner. */
  connection: Connection;
  security: RowLevelSecurity;
  /** Number of the last migration: only once it is applied is it known what a table lacks. */
  version: number;
}

/**
 * Row-level security of the whole database: the functions that return who is asking, and exactly the declared policies on every
 * tenant table, its partitions and other children. Its ID is `tenancy`.
 *
 * It is one resource, because a resource for each table takes longer than all the SQL.
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
