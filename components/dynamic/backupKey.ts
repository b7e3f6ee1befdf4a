import * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

export interface BackupKeyInputs {
  /** Where the key is kept when the resource is deleted: a path from the project folder. */
  file: string;
  /** A key that exists already. Secret. Default: the one in the file, or a new one. */
  given?: string | undefined;
}

/**
 * The key that a stack's backups are encrypted with. Its ID is the file's path.
 *
 * The backups outlive the stack, so its key does, too: deleting the resource writes it into the file, and the next stack takes it
 * from there.
 */
export class BackupKey extends LazyResource {
  /** Secret. */
  declare readonly key: pulumi.Output<string>;

  constructor(name: string, args: Inputs<BackupKeyInputs>, opts?: pulumi.CustomResourceOptions) {
    const secrets = { additionalSecretOutputs: ["key", "given"] };
    super("BackupKey", name, { ...args, key: undefined }, pulumi.mergeOptions(opts, secrets));
  }
}
