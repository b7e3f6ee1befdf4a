import type Dockerode from "dockerode";

import { confinement } from "@hosterizer/postgres/server/dockerEngine/confinement";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { engine } from "./engine";

/** A container that runs as long as this process. */
export interface AttachedContainer {
  container: Dockerode.Container;
  /** Closes its input, which would keep this process alive once the container has ended. */
  detach: () => void;
}

/**
 * Starts a confined container that ends with this process, however that ends: its main program reads what this process never writes.
 *
 * @param options what it has besides; `Entrypoint` is that program
 */
export async function startAttached({
  HostConfig,
  ...options
}: Dockerode.ContainerCreateOptions & { Entrypoint: string[] }): Promise<AttachedContainer> {
  const container = await engine().createContainer({
    ...options,
    Cmd: [],
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    Healthcheck: { Test: ["NONE"] },
    HostConfig: { ...confinement, ...HostConfig },
  });
  try {
    const input: NodeJS.ReadWriteStream & { destroy?: () => void } = await container.attach({
      ...{ stream: true, stdin: true, hijack: true },
    });
    await container.start();
    return { container, detach: () => input.destroy?.() };
  } catch (error) {
    await ifExists(container.remove({ force: true, v: true }));
    throw error;
  }
}
