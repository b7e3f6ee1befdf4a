import { randomUUID } from "node:crypto";

import type Dockerode from "dockerode";

import { runPrefix } from "../run/runPrefix";
import { engine } from "./engine";
import { TestContainer } from "./testContainer";

/** How to create a container; everything else is as in a stack's containers. */
export interface ContainerParts {
  image: string;
  /** Volumes by their mount point. */
  volumes?: Readonly<Record<string, string>>;
  /** Folders in memory, in addition to /tmp. */
  tmpfs?: readonly string[];
  /** Files for /etc/hosterizer. */
  files?: Readonly<Record<string, string>>;
  /** A port to publish on 127.0.0.1. */
  port?: number;
  /** The host's port for it. Default: Docker chooses one at each start. */
  publishedAt?: number;
  /** A network of the stack, and the container's name in it. */
  network?: { name: string; alias: string };
  /** Replaces the image's own. */
  entrypoint?: string[];
}

/** Containers and volumes of a test, which are removed with it. */
export class TestStack {
  private readonly name = `${runPrefix()}${randomUUID().slice(0, 8)}`;
  private readonly containers: string[] = [];
  private readonly volumes: string[] = [];
  private readonly networks: string[] = [];

  async volume(): Promise<string> {
    const name = `${this.name}-${this.volumes.length}`;
    await engine.createVolume({ Name: name });
    this.volumes.push(name);
    return name;
  }

  async network(): Promise<string> {
    const name = `${this.name}-n${this.networks.length}`;
    await engine.createNetwork({ Name: name });
    this.networks.push(name);
    return name;
  }

  /** Creates a container without starting it. */
  async container(parts: ContainerParts): Promise<TestContainer> {
    const volumes = { "/etc/hosterizer": await this.volume(), ...parts.volumes };
    const port = parts.port === undefined ? undefined : `${parts.port}/tcp`;
    const container = await engine.createContainer({
      name: `${this.name}-c${this.containers.length}`,
      Image: parts.image,
      ...(parts.entrypoint === undefined ? {} : { Entrypoint: parts.entrypoint, Cmd: [] }),
      ...(port === undefined ? {} : { ExposedPorts: { [port]: {} } }),
      ...(parts.network === undefined
        ? {}
        : {
            NetworkingConfig: {
              EndpointsConfig: { [parts.network.name]: { Aliases: [parts.network.alias] } },
            },
          }),
      HostConfig: {
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        Tmpfs: Object.fromEntries(["/tmp", ...(parts.tmpfs ?? [])].map((path) => [path, ""])),
        Binds: Object.entries(volumes).map(([path, name]) => `${name}:${path}`),
        Memory: 512 * 1024 * 1024,
        ...(port === undefined
          ? {}
          : {
              PortBindings: {
                [port]: [{ HostIp: "127.0.0.1", HostPort: String(parts.publishedAt ?? "") }],
              },
            }),
      },
    });
    const made = this.adopt(container);
    await made.put("/etc/hosterizer", parts.files ?? {});
    return made;
  }

  /** Registers a container that a test has created itself, so that it is removed, too. */
  adopt(container: Dockerode.Container): TestContainer {
    this.containers.push(container.id);
    return new TestContainer(container);
  }

  async remove(): Promise<void> {
    await Promise.all(
      this.containers.map((id) => engine.getContainer(id).remove({ force: true, v: true })),
    );
    await Promise.all(this.volumes.map((name) => engine.getVolume(name).remove()));
    await Promise.all(this.networks.map((name) => engine.getNetwork(name).remove()));
  }
}
