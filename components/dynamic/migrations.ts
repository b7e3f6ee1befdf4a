import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "../../postgres/connection";
import type { Inputs } from "./inputs";
import { LateResource } from "./lateResource";

export interface MigrationsInputs {
  /** The login that runs them; a member of the owner. */
  connection: Connection;
  owner: string;
  /** Folder of the `.up.sql` and `.down.sql` files, from the project folder. */
  directory: string;
  /** Schemas of which everything is recorded as the expected schema, whoever owns it. */
  schemas: readonly string[];
  /** In milliseconds. */
  lockTimeout: number;
  /** SQL that joins each file's transaction. */
  afterEach: string;
}

/** The migrations that the folder holds, applied in order. Its id is the ledger. */
export class Migrations extends LateResource {
  /** Number of the last migration in the folder. */
  declare readonly version: pulumi.Output<number>;

  constructor(name: string, args: Inputs<MigrationsInputs>, opts?: pulumi.CustomResourceOptions) {
    super("Migrations", name, { ...args, version: undefined }, opts);
  }
}
