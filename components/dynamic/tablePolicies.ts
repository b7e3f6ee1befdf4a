import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "../../postgres/connection";
import type { RowLevelSecurity } from "../../postgres/rowLevelSecurity/rowLevelSecurity";
import type { TenantTable } from "../../postgres/rowLevelSecurity/tenancy";
import type { Inputs } from "./inputs";
import { LateResource } from "./lateResource";

export interface TablePoliciesInputs {
  /** A login that may become the owner. */
  connection: Connection;
  table: TenantTable;
  security: RowLevelSecurity;
}

/** Row-level security of one table, enabled and forced, with exactly the declared policies. Its id is the table. */
export class TablePolicies extends LateResource {
  constructor(
    name: string,
    args: Inputs<TablePoliciesInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("TablePolicies", name, args, opts);
  }
}
