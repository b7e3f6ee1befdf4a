import * as pulumi from "@pulumi/pulumi";

import type { VolumeFile } from "./containerFiles";
import { type Inputs, LazyResource } from "./lazyResource";

/** A repository, without what is secret about it. */
export interface TriedRepository {
  /** Its number in pgBackRest. */
  number: number;
  /** As people call it: see `repositoryPlace`. */
  place: string;
  /** Number of its key; 0: it is not encrypted. */
  key: number;
  /** Where it is declared, as errors name it. */
  declaration: string;
}

export interface RepositoryTrialInputs {
  /** Name of the container whose twin looks at the repositories. */
  container: string;
  image: string;
  /** ID of the network from which the server reaches them. */
  network: string;
  /** The volume with the server's data. */
  data: string;
  /** The volume with repositories. */
  volume: string;
  repositories: readonly TriedRepository[];
  /** pgbackrest.conf and what it names. Secret. */
  files: readonly VolumeFile[];
}

/**
 * Proves that each repository can be opened, and is empty or this server's own, before a server archives into it. Its ID is the
 * container's name.
 *
 * A repository is looked at when it is declared, and when its key or what it asks for changes. Deleting the resource does nothing.
 */
export class RepositoryTrial extends LazyResource {
  constructor(
    name: string,
    args: Inputs<RepositoryTrialInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const secrets = { additionalSecretOutputs: ["files"] };
    super("RepositoryTrial", name, args, pulumi.mergeOptions(opts, secrets));
  }
}
