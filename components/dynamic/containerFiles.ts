import * as pulumi from "@pulumi/pulumi";

import { type Inputs, LazyResource } from "./lazyResource";

/** A file of a volume. */
export interface VolumeFile {
  /** Its name; the file is at the root of the volume. */
  file: string;
  content: string;
  /** ID of the user and the group that own it. */
  owner: number;
  /** Permission bits, such as 0o600. */
  mode: number;
}

/** Where a container finds its files. */
export interface FilesPlace {
  volume: string;
  /** Where the volume is mounted in the container. */
  path: string;
  /** Name of the container. */
  container: string;
}

export interface ContainerFilesInputs extends FilesPlace {
  /** ID of the image for the container that they are written through. */
  image: string;
  /** Secret. */
  files: readonly VolumeFile[];
}

/**
 * Files in a volume that configure a container. Its ID is the volume's name.
 *
 * They are compared with the live ones, and written again where these have changed. Deleting the resource leaves the files: they
 * are deleted with the volume.
 */
export class ContainerFiles extends LazyResource {
  /** When they were last written, in ISO 8601, by the engine's clock. */
  declare readonly written: pulumi.Output<string>;

  constructor(
    name: string,
    args: Inputs<ContainerFilesInputs>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const secrets = { additionalSecretOutputs: ["files"] };
    super(
      "ContainerFiles",
      name,
      { ...args, written: undefined },
      pulumi.mergeOptions(opts, secrets),
    );
  }
}
