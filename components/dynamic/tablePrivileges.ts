import * as pulumi from "@pulumi/pulumi";

import type { TablePrivilege } from "@hosterizer/postgres/access/declarations";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { TenantTable } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { type Inputs, LazyResource } from "./lazyResource";

export interface TablePrivilegesInputs {
  /** A login that may become the owner. */
  connection: Connection;
  owner: string;
  role: string;
  schema: string;
  privileges: readonly TablePrivilege[];
  tenantTables: readonly TenantTable[];
}

/**
 * What a role that row-level security binds may do with the tables of a schema. Its id names both.
 *
 * The official plugin's Grant means all tables there are, and its DefaultPrivileges each that comes: both open a partition
 * to the role before any policy stands on it. This grants on the tables that are reached by themselves, and again
 * where one has come or a privilege is gone. Partitions are reached through their tables, which takes no privilege on them.
 */
export class TablePrivileges extends LazyResource {
  constructor(
    name: string,
    args: Inputs<TablePrivilegesInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("TablePrivileges", name, args, opts);
  }
}
