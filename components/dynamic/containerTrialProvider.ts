import type Dockerode from "dockerode";

import { engineMessage, ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type { ContainerTrialInputs } from "./containerTrial";
import { awaitHealth, engine, runInside } from "./dockerEngine";
import { makeProvider } from "./provider";
import { putFiles, withTwin } from "./twin";

export const provider = makeProvider<ContainerTrialInputs>({
  id: ({ container }) => container,
  // Everything but the provider, which Pulumi stores beside it.
  compared: (inputs) =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== "__provider")),
  /** Adds nothing: only an update finds out whether a container can be created. */
  check: (_olds, news) => Promise.resolve({ inputs: news }),
  apply: async (inputs, before) => {
    await tryContainer(engine(), inputs, before?.container);
    return inputs;
  },
});

/** How often the twin's health is checked, in nanoseconds: images check theirs less often. */
const interval = 1e9;
const mebibyte = 1024 * 1024;

/**
 * Tries what a container is going to be while the one that it replaces keeps running: starts a twin, with its own files and no
 * data, waits until it is healthy, and removes it. Where there is nothing to replace, the container itself is the trial.
 *
 * @param before name of the container that it replaces
 * @throws with the message of the engine or the program; nothing has changed then
 */
export async function tryContainer(
  engine: Dockerode,
  spec: ContainerTrialInputs,
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
      await putFiles(twin, spec.configuration, spec.files);
      await twin.start();
      await awaitHealth(twin, spec.patience);
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(
      `container ${spec.container} could not be started as declared: ${engineMessage(error)}\n` +
        "Nothing was replaced. Correct that and run the update again.",
      { cause: error },
    );
  }
  for (const { Id } of replaced)
    if (spec.beforeEnd !== undefined) await runInside(engine.getContainer(Id), spec.beforeEnd);
}

/** @param isTaken whether the replaced container publishes the port. Then only the address can be tried. */
function optionsOf(spec: ContainerTrialInputs, isTaken: boolean): Dockerode.ContainerCreateOptions {
  const { port, configuration, data, memory, shmSize } = spec;
  const published = `${port.internal}/tcp`;
  const HostPort = isTaken ? "" : String(port.external);
  return {
    Image: spec.image,
    Healthcheck: { Interval: interval },
    ExposedPorts: { [published]: {} },
    // Anonymous volumes are removed with their container.
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

/** The ports of the engine's machine that a running container publishes. */
function publishedPorts({ State, NetworkSettings }: Dockerode.ContainerInspectInfo): number[] {
  if (!State.Running) return [];
  const bindings = Object.values(NetworkSettings.Ports) as ({ HostPort: string }[] | null)[];
  return bindings.flatMap((each) => (each ?? []).map(({ HostPort }) => Number(HostPort)));
}
