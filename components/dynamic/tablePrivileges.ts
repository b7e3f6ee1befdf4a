import * as pulumi from "@pulumi/pulumi";

import type { TablePrivileges as DeclaredPrivileges } from "@hosterizer/postgres/audit/missingPrivileges";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface TablePrivilegesInputs extends DeclaredPrivileges {
  /** A login that may become the owner. */
  connection: Connection;
}

/**
 * The privileges on a schema's tables of a role that is subject to row-level security. Its ID names both.
 *
 * The official plugin's Grant covers all existing tables, and its DefaultPrivileges all later ones: both open a partition to the
 * role before it has a policy. This grants on the tables that queries name, and again where a table is new or a privilege is
 * missing. Partitions are read through their tables, which takes no privilege on them. And the plugin has no grants on several tables
 * with columns of their own.
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
