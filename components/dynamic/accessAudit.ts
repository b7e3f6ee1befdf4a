import * as pulumi from "@pulumi/pulumi";

import type { Audit } from "@hosterizer/postgres/audit/audit";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface AccessAuditInputs extends Audit {
  /** The login that deploys: a superuser, or a member of the owner that may create roles. */
  connection: Connection;
}

/**
 * Nobody may do, own or set anything in the database that is not declared. Its id is the owner.
 *
 * Depends on everything that grants: what is declared has to be there first.
 */
export class AccessAudit extends LazyResource {
  constructor(name: string, args: Inputs<AccessAuditInputs>, opts?: pulumi.CustomResourceOptions) {
    super("AccessAudit", name, args, opts);
  }
}
