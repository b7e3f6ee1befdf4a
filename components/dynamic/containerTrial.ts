import * as pulumi from "@pulumi/pulumi";

import type { VolumeFile } from "./containerFiles";
import { type Inputs, LazyResource } from "./lazyResource";

/** What a container is going to be, as far as an engine or an image can refuse it. */
export interface ContainerTrialInputs {
  /** Its name. */
  container: string;
  image: string;
  /** ID or name of its network. */
  network: string;
  /** A port of the container, and where it is published. */
  port: { internal: number; external: number; ip: string };
  /** The folder of the files that configure it. */
  configuration: string;
  /** Secret. */
  files: readonly VolumeFile[];
  /** The folder of its data. The trial starts with what the image has there. */
  data?: string;
  tmpfs: Readonly<Record<string, string>>;
  capabilities: { drops: readonly string[] };
  securityOpts: readonly string[];
  logDriver: string;
  logOpts: Readonly<Record<string, string>>;
  /** MiB. */
  memory: number;
  /** MiB; undefined: the engine's own default. */
  shmSize?: number;
  /** How long it may take to become healthy, in seconds. */
  patience: number;
  /** A program that is run in the container that it replaces once the trial has passed, so that the container exits sooner. */
  beforeEnd?: readonly string[];
}

/**
 * Proves that a container can be created and becomes healthy before the one that it replaces is removed: two containers cannot
 * have one name, or publish one port, at the same time. Its ID is the container's name.
 *
 * Everything that changes the container or its files depends on it. Deleting it does nothing.
 */
export class ContainerTrial extends LazyResource {
  constructor(
    name: string,
    args: Inputs<ContainerTrialInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const secrets = { additionalSecretOutputs: ["files"] };
    super("ContainerTrial", name, args, pulumi.mergeOptions(opts, secrets));
  }
}
