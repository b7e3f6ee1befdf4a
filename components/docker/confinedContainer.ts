import { Container } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { confinement } from "@hosterizer/postgres/server/dockerEngine/confinement";
import { ContainerFiles } from "../dynamic/containerFiles";
import { ContainerRestart } from "../dynamic/containerRestart";
import { ContainerTrial } from "../dynamic/containerTrial";

/** Size in bytes of a log file, and how many of them Docker keeps for a container. */
const logOpts = { "max-size": "10m", "max-file": "3" };

/** How every container of this project is run: confined, and started again with the engine unless it was stopped by hand. */
const containerDefaults = {
  readOnly: confinement.ReadonlyRootfs,
  capabilities: { drops: confinement.CapDrop },
  securityOpts: confinement.SecurityOpt,
  restart: "unless-stopped",
  mustRun: true,
  logDriver: "json-file",
  logOpts,
};

/** Options of a file system in memory for what a program keeps while it runs. */
export function runTimeFiles(kilobytes: number): string {
  return `rw,noexec,nosuid,nodev,mode=1777,size=${kilobytes}k`;
}

/** A file that configures a container. */
export interface ConfigurationFile {
  /** Its name in the folder. */
  file: string;
  content: pulumi.Input<string>;
  /** Whether only the container's own user may read it. Default: every user in the container. */
  secret?: boolean;
}

/** A volume in a container. */
interface MountedVolume {
  /** Whether the container may only read it. Default: no. */
  readOnly?: boolean;
  volume: pulumi.Input<string>;
  /** Where it is mounted. */
  path: string;
}

/** A port of the container, and where it is published: an address of the engine's machine, and a TCP port. */
interface PublishedPort {
  internal: number;
  address: string;
  port: number;
}

export interface ConfinedContainerArgs {
  /** Its name in the engine. A plain string, because its twin is found by it. */
  container: string;
  /** ID of the image. */
  image: pulumi.Input<string>;
  /** ID of the image's user, which owns the secret files. */
  user: number;
  /** ID of its network, in which its name is the same as in the engine. */
  network: pulumi.Input<string>;
  /** Default: it publishes no port. */
  publish?: PublishedPort;
  /** The folder of its configuration, which it cannot write to. */
  configuration: MountedVolume & { files: readonly ConfigurationFile[] };
  /** Files of another resource in the same folder, which must be there before its own are written. Default: none. */
  after?: ContainerFiles;
  /** The folder that it writes to, besides memory. */
  data?: MountedVolume;
  /** Volumes that it shares with other containers. */
  shared?: readonly MountedVolume[];
  /** Folders in memory: see `runTimeFiles`. */
  tmpfs: Readonly<Record<string, string>>;
  /** MiB. */
  memory: number;
  /** MiB that its processes may share. Default: Docker's. */
  shmSize?: number;
  /** Seconds that it has to exit. */
  stopTimeout: number;
  /** Seconds that it may take to become healthy. */
  patience: number;
  /** A program that is run in it before it is restarted or replaced, so that it exits sooner. */
  beforeEnd?: readonly string[];
}

/**
 * A container that may do nothing but its work, configured by files in a volume.
 *
 * A change of the files restarts it. Any other change replaces it, but only once a twin of the successor has become healthy.
 *
 * @param opts options of the container itself; its parent is the parent of all other resources
 * @returns the resource to depend on for a healthy container with its files in force
 */
export function makeConfinedContainer(
  name: string,
  args: ConfinedContainerArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumi.Resource {
  const { container, image, network, configuration, data, tmpfs, memory, patience } = args;
  const { shared = [] } = args;
  const child = { parent: opts.parent };
  const shmSize = args.shmSize === undefined ? {} : { shmSize: args.shmSize };
  const beforeEnd = args.beforeEnd === undefined ? {} : { beforeEnd: args.beforeEnd };

  const files = pulumi.output(configuration.files.map((file) => ownedFile(file, args.user)));
  const ports = args.publish === undefined ? [] : [publishedPort(args.publish)];
  const confined = { tmpfs, memory, ...shmSize };
  // Without a port it has no clients, and its twin would do its work a second time.
  const trials = ports.map(
    (port) =>
      new ContainerTrial(
        `${name}-trial`,
        {
          container,
          image,
          network,
          port,
          configuration: configuration.path,
          files,
          ...(data === undefined ? {} : { data: data.path }),
          ...confined,
          tmpfs: { ...tmpfs, ...inMemory(shared) },
          capabilities: containerDefaults.capabilities,
          securityOpts: containerDefaults.securityOpts,
          logDriver: containerDefaults.logDriver,
          logOpts: containerDefaults.logOpts,
          patience,
          ...beforeEnd,
        },
        child,
      ),
  );
  // A server that restarts by itself must not read files that were not tried.
  const { volume, path } = configuration;
  const placed = new ContainerFiles(
    `${name}-files`,
    { container, image, volume, path, files },
    { ...child, dependsOn: args.after === undefined ? trials : [...trials, args.after] },
  );
  const mounts = [
    ...(data === undefined ? [] : [data]),
    { ...configuration, readOnly: true },
    ...shared,
  ];
  const made = new Container(
    name,
    {
      ...containerDefaults,
      name: container,
      image,
      networksAdvanced: [{ name: network, aliases: [container] }],
      ...(ports.length > 0 ? { ports } : {}),
      volumes: mounts.map(({ volume, path, readOnly = false }) => ({
        volumeName: volume,
        containerPath: path,
        ...(readOnly ? { readOnly } : {}),
      })),
      ...confined,
      // No swap: Docker would add as much again.
      memorySwap: memory,
      stopTimeout: args.stopTimeout,
      destroyGraceSeconds: args.stopTimeout,
    },
    pulumi.mergeOptions(
      {
        deleteBeforeReplace: true,
        // The official plugin would store the change in the state, and leave the container as it is.
        replaceOnChanges: ["tmpfs"],
        dependsOn: placed,
      },
      opts,
    ),
  );
  const written = [placed, ...(args.after === undefined ? [] : [args.after])].map(
    (each) => each.written,
  );
  const inForce = {
    container: made.id,
    name: container,
    // In ISO 8601, which sorts by time.
    written: pulumi.all(written).apply((times) => times.sort().at(-1) ?? ""),
    patience,
    ...beforeEnd,
  };
  return new ContainerRestart(`${name}-restart`, inForce, child);
}

function publishedPort({ internal, address: ip, port: external }: PublishedPort) {
  return { internal, external, ip };
}

/** A trial shares nothing: it has empty folders in place of the volumes. */
function inMemory(volumes: readonly MountedVolume[]): Record<string, string> {
  return Object.fromEntries(volumes.map(({ path }) => [path, runTimeFiles(1024)]));
}

/** A file as it is written into a volume. @param user ID of the image's user, which owns the secret files */
export function ownedFile({ file, content, secret = false }: ConfigurationFile, user: number) {
  return secret
    ? { file, content, owner: user, mode: 0o600 }
    : { file, content, owner: 0, mode: 0o644 };
}
