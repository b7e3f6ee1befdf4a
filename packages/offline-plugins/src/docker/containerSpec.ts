import type Dockerode from "dockerode";

import type { State } from "../protocol/resourceSchema";
import { type containerSchema, parseDuration } from "./containerSchema";
import { labelMap } from "./labels";

const mebibyte = 1024 * 1024;

/** The request that creates a container. Networks and uploads are added before it starts. */
export function containerSpec(
  planned: State<typeof containerSchema>,
): Dockerode.ContainerCreateOptions {
  return {
    ...configuration(planned),
    Labels: labelMap(planned.labels),
    HostConfig: hostConfiguration(planned),
  };
}

function configuration(planned: State<typeof containerSchema>): Dockerode.ContainerCreateOptions {
  const { ports, healthcheck } = planned;
  return {
    name: planned.name,
    Image: planned.image,
    ...(planned.hostname === null ? {} : { Hostname: planned.hostname }),
    ...(planned.user === null ? {} : { User: planned.user }),
    ...(planned.command === null ? {} : { Cmd: [...planned.command] }),
    ...(planned.entrypoints === null ? {} : { Entrypoint: [...planned.entrypoints] }),
    ...(planned.envs === null ? {} : { Env: [...planned.envs] }),
    ...(planned.stopSignal === null ? {} : { StopSignal: planned.stopSignal }),
    ...(planned.stopTimeout === null ? {} : { StopTimeout: planned.stopTimeout }),
    ExposedPorts: Object.fromEntries((ports ?? []).map((port) => [portKey(port), {}])),
    Volumes: Object.fromEntries((planned.volumes ?? []).map((each) => [each.containerPath, {}])),
    ...(healthcheck === null
      ? {}
      : {
          Healthcheck: {
            Test: [...healthcheck.tests],
            Interval: nanoseconds(healthcheck.interval),
            Timeout: nanoseconds(healthcheck.timeout),
            StartPeriod: nanoseconds(healthcheck.startPeriod),
            // Engines older than 25 ignore the start interval.
            StartInterval: nanoseconds(healthcheck.startInterval),
            Retries: healthcheck.retries,
          },
        }),
  };
}

function hostConfiguration(planned: State<typeof containerSchema>): Dockerode.HostConfig {
  const { capabilities, logDriver, logOpts, tmpfs, shmSize, securityOpts } = planned;
  const bindings: Record<string, Dockerode.PortBinding[]> = {};
  for (const port of planned.ports ?? []) {
    const key = portKey(port);
    const HostPort = port.external === null ? "" : String(port.external);
    bindings[key] = [...(bindings[key] ?? []), { HostIp: port.ip, HostPort }];
  }
  return {
    NetworkMode: planned.networkMode,
    RestartPolicy: { Name: planned.restart },
    ReadonlyRootfs: planned.readOnly,
    PortBindings: bindings,
    Binds: (planned.volumes ?? []).map(
      (each) => `${each.volumeName}:${each.containerPath}:${each.readOnly === true ? "ro" : "rw"}`,
    ),
    CapAdd: [...(capabilities?.adds ?? [])],
    CapDrop: [...(capabilities?.drops ?? [])],
    SecurityOpt: [...(securityOpts ?? [])],
    Init: planned.init ?? false,
    ...memoryLimits(planned),
    ...(tmpfs === null ? {} : { Tmpfs: { ...tmpfs } }),
    ...(shmSize === null ? {} : { ShmSize: shmSize * mebibyte }),
    LogConfig: { Type: logDriver ?? "", Config: { ...logOpts } },
  };
}

/** Memory limits in bytes; 0 is no limit. */
export function memoryLimits({ memory, memorySwap }: State<typeof containerSchema>) {
  const swap = memorySwap ?? 0;
  return { Memory: (memory ?? 0) * mebibyte, MemorySwap: swap > 0 ? swap * mebibyte : swap };
}

/** The engine's name of a port: `5432/tcp`. */
function portKey({ internal, protocol }: { internal: number; protocol: string }): string {
  return `${internal}/${protocol}`;
}

function nanoseconds(text: string): number {
  return parseDuration(text) ?? 0;
}
