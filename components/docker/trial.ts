import type Dockerode from "dockerode";

import { engineMessage, ifExists } from "@hosterizer/docker-engine/engineResponses";
import { awaitHealth } from "./awaitHealth";
import { runInside } from "./runInside";
import { withTwin } from "./twin";
import { archiveOf, type VolumeFile } from "./volumeFiles";

/** What a container is going to be, as far as an engine or an image can refuse it. */
export interface TrialSpec {
  /** Its name. */
  container: string;
  image: string;
  /** Id or name of its network. */
  network: string;
  /** A port of the container, and where it is published. */
  port: { internal: number; external: number; ip: string };
  /** Where it has the files that it is configured by. */
  configuration: string;
  /** Secret. */
  files: readonly VolumeFile[];
  /** Where it has its data. The trial has none, and begins with what the image has there. */
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
  /** How long it may take until it is healthy, in seconds. */
  patience: number;
  /** A program that is run in the container that it replaces once the trial has passed: it makes the end short. */
  beforeEnd?: readonly string[];
}

/** How often the twin's health is checked, in nanoseconds; its image would have others wait for longer. */
const interval = 1e9;
const mebibyte = 1024 * 1024;

/**
 * Tries what a container is going to be while the one that it is to replace runs on: a twin of it, with files of its own and no data, is
 * started until it is healthy, and removed. Where there is nothing to replace, the container itself is the trial.
 *
 * @param before name of the container that it replaces
 * @throws with what the engine or the program said; nothing has changed then
 */
export async function tryContainer(
  engine: Dockerode,
  spec: TrialSpec,
  before: string = spec.container,
): Promise<void> {
  const names = [...new Set([spec.container, before])];
  const found = await Promise.all(
    names.map((name) => ifExists(engine.getContainer(name).inspect())),
  );
  const replaced = found.filter((container) => container !== undefined);
  if (replaced.length === 0) return;
  const taken = new Set(replaced.flatMap(publishedPorts));
  const options = optionsOf(spec, taken.has(spec.port.external));
  try {
    await withTwin(engine, spec.container, options, async (twin) => {
      await twin.putArchive(await archiveOf(spec.files), { path: spec.configuration });
      await twin.start();
      await awaitHealth(twin, spec.patience);
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(
      `container ${spec.container}: it could not be started as it is to be: ${engineMessage(error)}\n` +
        "Nothing was replaced: what runs, runs on. Correct that, and run the update again.",
      { cause: error },
    );
  }
  for (const { Id } of replaced)
    if (spec.beforeEnd !== undefined) await runInside(engine.getContainer(Id), spec.beforeEnd);
}

/** @param isTaken by the container that is replaced. Then only the address can be tried. */
function optionsOf(spec: TrialSpec, isTaken: boolean): Dockerode.ContainerCreateOptions {
  const { port, configuration, data, memory, shmSize } = spec;
  const published = `${port.internal}/tcp`;
  const HostPort = isTaken ? "" : String(port.external);
  return {
    Image: spec.image,
    Healthcheck: { Interval: interval },
    ExposedPorts: { [published]: {} },
    // Volumes without a name go with their container.
    Volumes: { [configuration]: {}, ...(data === undefined ? {} : { [data]: {} }) },
    HostConfig: {
      // Without an alias: clients in the network must not find the twin.
      NetworkMode: spec.network,
      PortBindings: { [published]: [{ HostIp: port.ip, HostPort }] },
      Tmpfs: { ...spec.tmpfs },
      ReadonlyRootfs: true,
      CapDrop: [...spec.capabilities.drops],
      SecurityOpt: [...spec.securityOpts],
      LogConfig: { Type: spec.logDriver, Config: { ...spec.logOpts } },
      Memory: memory * mebibyte,
      MemorySwap: memory * mebibyte,
      ...(shmSize === undefined ? {} : { ShmSize: shmSize * mebibyte }),
    },
  };
}

/** The ports of the engine's machine that a container publishes, as far as it runs. */
function publishedPorts({ State, NetworkSettings }: Dockerode.ContainerInspectInfo): number[] {
  if (!State.Running) return [];
  const bindings = Object.values(NetworkSettings.Ports) as ({ HostPort: string }[] | null)[];
  return bindings.flatMap((each) => (each ?? []).map(({ HostPort }) => Number(HostPort)));
}
