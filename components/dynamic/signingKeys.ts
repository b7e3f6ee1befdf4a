import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import type { SigningKeys as Declared } from "@hosterizer/postgres/rowLevelSecurity/signingKeys";
import { type Inputs, LazyResource } from "./lazyResource";

export interface SigningKeysInputs extends Declared {
  /** A login that may become the owner. */
  connection: Connection;
}

/**
 * The keys that signed contexts are verified with, in a table that only the owner reads. Its ID is `signing-keys`.
 *
 * Deleting the resource drops the table, after the functions that read it have been replaced.
 */
export class SigningKeys extends LazyResource {
  constructor(name: string, args: Inputs<SigningKeysInputs>, opts?: pulumi.CustomResourceOptions) {
    super("SigningKeys", name, args, opts);
  }
}
