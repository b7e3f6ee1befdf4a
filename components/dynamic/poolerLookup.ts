import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { UserLookup } from "@hosterizer/postgres/pooler/userLookup";
import { type Inputs, LazyResource } from "./lazyResource";

export interface PoolerLookupInputs extends UserLookup {
  /** The login that deploys. As another than a superuser it leaves everything as it is. */
  connection: Connection;
}

/**
 * The function by which PgBouncer finds what a client's password is checked against, and what its owner reads for that. Its
 * id is the pooler's role.
 *
 * It answers the pooler alone, and only about roles that are as small as the application's. When it leaves the program, the
 * function goes.
 */
export class PoolerLookup extends LazyResource {
  constructor(name: string, args: Inputs<PoolerLookupInputs>, opts?: pulumi.CustomResourceOptions) {
    super("PoolerLookup", name, args, opts);
  }
}
