import { RemoteImage } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { contextHash } from "./contextHash";

export interface BuiltImageArgs {
  /** Repository of the image. A plain string, because it names the image. */
  name: string;
  /** Folder that it is built from, from the project folder. Plain, because its contents decide whether to build. */
  context: string;
  /** The Dockerfile in that folder. */
  dockerfile: string;
  /** The day whose packages it has; another one builds it anew, and takes nothing from an earlier build. */
  packagesOf: string | undefined;
}

/**
 * An image built from a folder of this project, and built anew when anything in the folder or the day changes.
 *
 * Its tag says what it was built from: an older one stays until no container uses it, and is removed then.
 */
export class BuiltImage extends pulumi.ComponentResource {
  readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: BuiltImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:BuiltImage", name, args, opts);
    const { context, dockerfile, packagesOf } = args;

    const day = packagesOf === undefined ? {} : { buildArgs: { PACKAGES_OF: packagesOf } };
    const version = [contextHash(context), packagesOf].filter((part) => part !== undefined);
    const tag = `${args.name}:${version.join("-")}`;
    const build = { context, dockerfile, tags: [tag], forceRemove: true };
    const image = new RemoteImage(
      name,
      { name: tag, build: { ...build, ...day } },
      { parent: this },
    );
    this.imageId = image.imageId;

    this.registerOutputs({ imageId: this.imageId });
  }
}
