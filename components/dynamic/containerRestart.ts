import type * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

export interface ContainerRestartInputs {
  /** ID of the container. */
  container: string;
  /** Its name. */
  name: string;
  /** When its files were last written, by the engine's clock. */
  written: string;
  /** How long it may take to become healthy, in seconds. */
  patience: number;
  /** A program that is run in it before the restart, so that it exits sooner. */
  beforeEnd?: readonly string[];
}

/**
 * Waits until a container is healthy, and restarts it first if it runs with earlier files than those last written. Its ID is the
 * container's name.
 *
 * A restart keeps the container, so nothing has to be created that could fail. Deleting the resource does nothing.
 */
export class ContainerRestart extends LazyResource {
  constructor(
    name: string,
    args: Inputs<ContainerRestartInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("ContainerRestart", name, args, opts);
  }
}
