import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { UserLookup } from "@hosterizer/postgres/pooler/userLookup";
import { type Inputs, LazyResource } from "./lazyResource";

export interface PoolerLookupInputs extends UserLookup {
  /** The deployer's login. Unless it is a superuser, nothing is changed. */
  connection: Connection;
}

/**
 * The function by which PgBouncer looks up the verifier of a client's password, and its owner's privilege to read it. Its ID is
 * the pooler's role.
 *
 * Only the pooler may execute it, and it answers only about roles without more rights than the application's. Deleting the resource
 * drops the function.
 */
export class PoolerLookup extends LazyResource {
  constructor(name: string, args: Inputs<PoolerLookupInputs>, opts?: pulumi.CustomResourceOptions) {
    super("PoolerLookup", name, args, opts);
  }
}
