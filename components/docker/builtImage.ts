import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { RemoteImage } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

export interface BuiltImageArgs {
  /** Repository of the image. A plain string, because it names the image. */
  name: string;
  /** Folder that it is built from, from the project folder. Plain, because its contents decide whether to build. */
  context: string;
  /** The Dockerfile in that folder. */
  dockerfile: string;
  /** The day of its packages. Another day builds the image again, without the cache of earlier builds. */
  packagesOf?: string | undefined;
  /** Images of a registry that it is built on, by the Dockerfile's argument for each, and their digests. Default: as their tags are now. */
  pinned?: Readonly<Record<string, { image: string; digest: string | undefined }>>;
  /** The image that it is built on, BASE in the Dockerfile. Default: the one that the Dockerfile names. */
  base?: BuiltImage;
}

/**
 * An image built from a folder of this project, and built again when anything in the folder or the day changes.
 *
 * Its tag names what it was built from: an older image is removed once no container uses it.
 */
export class BuiltImage extends pulumi.ComponentResource {
  readonly imageId: pulumi.Output<string>;
  /** Its name, with the tag. */
  readonly tag: string;

  constructor(name: string, args: BuiltImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hosterizer:index:BuiltImage", name, args, opts);
    const { context, dockerfile, packagesOf, pinned = {}, base } = args;
    const digests = Object.entries(pinned).flatMap(([argument, { image, digest }]) =>
      digest === undefined ? [] : [{ argument, image: `${image}@${digest}` }],
    );

    const buildArgs = {
      ...(packagesOf === undefined ? {} : { PACKAGES_OF: packagesOf }),
      ...(base === undefined ? {} : { BASE: base.tag }),
      ...Object.fromEntries(digests.map(({ argument, image }) => [argument, image])),
    };
    const bases = digests.map(({ image }) => image.split("@sha256:")[1]?.slice(0, 12));
    const parts = [contextHash(context), packagesOf, ...bases, base?.tag.split(":")[1]];
    this.tag = `${args.name}:${parts.filter((part) => part !== undefined).join("-")}`;
    const build = { context, dockerfile, tags: [this.tag], forceRemove: true };
    const withArgs = Object.keys(buildArgs).length > 0 ? { ...build, buildArgs } : build;
    const image = new RemoteImage(
      name,
      { name: this.tag, build: withArgs },
      { parent: this, ...(base === undefined ? {} : { dependsOn: base }) },
    );
    this.imageId = image.imageId;

    this.registerOutputs({ imageId: this.imageId });
  }
}

/**
 * A hash of a build context, in twelve hexadecimal digits: the same on every machine for the same names and contents.
 *
 * @param directory from the project folder
 */
export function contextHash(directory: string): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${file.slice(directory.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
