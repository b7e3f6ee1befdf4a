import * as pulumi from "@pulumi/pulumi";

import type { DeclaredAccess } from "@hosterizer/postgres/audit/declaredAccess";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { Inputs } from "./inputs";
import { LateResource } from "./lateResource";

export interface AccessAuditInputs extends DeclaredAccess {
  /** The login that deploys: a superuser, or a member of the owner that may create roles. */
  connection: Connection;
}

/**
 * Nobody may do, own or set anything in the database that is not declared. Its id is the owner.
 *
 * Depends on everything that grants: what is declared has to be there first.
 */
export class AccessAudit extends LateResource {
  constructor(name: string, args: Inputs<AccessAuditInputs>, opts?: pulumi.CustomResourceOptions) {
    super("AccessAudit", name, args, opts);
  }
}
