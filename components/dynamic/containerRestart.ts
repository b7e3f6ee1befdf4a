import type * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

export interface ContainerRestartInputs {
  /** Id of a container that was started after its files were written. */
  container: string;
  /** Its name. */
  name: string;
  /** When its files were last written. */
  written: string;
  /** How long it may take until it is healthy, in seconds. */
  patience: number;
  /** A program that is run in it before the restart: it makes the end short. */
  beforeEnd?: readonly string[];
}

/**
 * A container whose program has the files that were last written: it is restarted where it runs with earlier ones. Its id is
 * the container's name.
 *
 * A restart keeps the container, and so nothing has to be made that could fail. Deleting the resource does nothing.
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
