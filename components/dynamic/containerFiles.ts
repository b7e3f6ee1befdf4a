import * as pulumi from "@pulumi/pulumi";

import type { FilesPlace, VolumeFile } from "../docker/volumeFiles";
import type { Inputs } from "./inputs";
import { LateResource } from "./lateResource";

export interface ContainerFilesInputs extends FilesPlace {
  /** Id of the image of which a container is made to write them with. */
  image: string;
  /** Secret. */
  files: readonly VolumeFile[];
}

/**
 * Files in a volume that a container is configured by. Its id is the volume's name.
 *
 * They are compared with what is there, and written again where somebody has changed them. Deleting the resource leaves
 * them: they go with the volume.
 */
export class ContainerFiles extends LateResource {
  /** When they were last written, in ISO 8601. */
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
