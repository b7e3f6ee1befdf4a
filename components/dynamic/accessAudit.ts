import * as pulumi from "@pulumi/pulumi";

import type { DeclaredAccess } from "@hosterizer/postgres/audit/declaredAccess";
import type { Connection } from "@hosterizer/postgres/connection/connection";
import { type Inputs, LazyResource } from "./lazyResource";

export interface AccessAuditInputs extends DeclaredAccess {
  /** The deployer's login: a superuser, or a member of the owner that may create roles. */
  connection: Connection;
}

/**
 * Revokes and reports rights, owners and settings in the database that are not declared. Its ID is the owner.
 *
 * It depends on everything that grants: what is declared has to be in place first. Deleting it changes nothing.
 */
export class AccessAudit extends LazyResource {
  constructor(name: string, args: Inputs<AccessAuditInputs>, opts?: pulumi.CustomResourceOptions) {
    super("AccessAudit", name, args, opts);
  }
}
