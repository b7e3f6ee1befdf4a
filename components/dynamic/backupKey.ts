import * as pulumi from "@pulumi/pulumi";

import type { RepositoryKeys } from "@hosterizer/postgres/backup/pgbackrest/repositoryKeys";
import { type Inputs, LazyResource } from "./lazyResource";

export interface BackupKeyInputs {
  /** Where the keys are kept when the resource is deleted: a path from the project folder. */
  file: string;
  /** The keys that there must be. */
  numbers: readonly number[];
  /** Keys that exist already. Secret. Default: those in the file, or new ones. */
  given?: RepositoryKeys | undefined;
}

/**
 * The keys that a stack's backups are encrypted with. Its ID is the file's path.
 *
 * The backups outlive the stack and their place in its configuration, so its keys do, too: none is ever dropped, and deleting the
 * resource writes them into the file, from where the next stack takes them.
 */
export class BackupKey extends LazyResource {
  /** Secret. */
  declare readonly keys: pulumi.Output<RepositoryKeys>;

  constructor(name: string, args: Inputs<BackupKeyInputs>, opts?: pulumi.CustomResourceOptions) {
    // A state of an earlier version has its only key as `key`.
    const secrets = { additionalSecretOutputs: ["key", "keys", "given"] };
    super("BackupKey", name, { ...args, keys: undefined }, pulumi.mergeOptions(opts, secrets));
  }
}
