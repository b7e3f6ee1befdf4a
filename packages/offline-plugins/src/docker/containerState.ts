import type Dockerode from "dockerode";

import type { Observed, State } from "../protocol/resourceSchema";
import type { LiveObject } from "../protocol/resourceType";
import { sortedStrings } from "../protocol/propertyValue";
import { containerSchema, formatDuration, parseDuration } from "./containerSchema";

const mebibyte = 1024 * 1024;

/** What the engine tells beyond what its client's types know. */
type Inspected = Dockerode.ContainerInspectInfo & {
  NetworkSettings: { Bridge?: string };
  Config: { StopSignal?: string; StopTimeout?: number };
};

/**
 * The state of a live container, as the official plugin reads it.
 *
 * The engine cannot tell what was asked for from what came with the image, so environment, labels, networks, volumes and
 * uploads stay what they were; none of them can be changed on a container that is there. Networks can: what is connected now
 * is in `networkDatas` alone.
 */
export function containerState(
  container: Dockerode.ContainerInspectInfo,
  prior: Observed<typeof containerSchema>,
): LiveObject<typeof containerSchema> {
  const { Config, HostConfig, NetworkSettings, State }: Inspected = container;
  const { memory, memorySwap } = limits(HostConfig);
  const capabilities = {
    adds: sortedStrings(strings(HostConfig.CapAdd)),
    drops: sortedStrings(strings(HostConfig.CapDrop)),
  };
  const isLimited = capabilities.adds.length + capabilities.drops.length > 0;
  const unserved = {
    ...{ attach: false, logs: false, rm: false, tty: Config.Tty, stdinOpen: Config.OpenStdin },
    ...{ cgroupParent: null, cgroupnsMode: null, cpuPeriod: null, cpuQuota: null, cpus: null },
    ...{ deviceReadBps: [], deviceReadIops: [], deviceWriteBps: [], deviceWriteIops: [] },
    ...{ deviceRequests: [], devices: [], hosts: [], mounts: [], ulimits: [] },
    ...{ gpus: null, pidMode: null, containerLogs: null },
  };
  return {
    id: container.Id,
    state: {
      ...unserved,
      bridge: NetworkSettings.Bridge ?? "",
      capabilities: prior.capabilities ?? (isLimited ? capabilities : null),
      command: strings(Config.Cmd),
      containerReadRefreshTimeoutMilliseconds: prior.containerReadRefreshTimeoutMilliseconds,
      cpuSet: HostConfig.CpusetCpus ?? "",
      cpuShares: HostConfig.CpuShares ?? 0,
      destroyGraceSeconds: prior.destroyGraceSeconds,
      dns: strings(HostConfig.Dns),
      dnsOpts: strings(HostConfig.DnsOptions),
      dnsSearches: strings(HostConfig.DnsSearch),
      domainname: Config.Domainname,
      entrypoints:
        typeof Config.Entrypoint === "string" ? [Config.Entrypoint] : strings(Config.Entrypoint),
      envs: prior.envs ?? [],
      // Of a container that runs again, how it ended before.
      exitCode: State.Running ? prior.exitCode : State.ExitCode,
      groupAdds: strings(HostConfig.GroupAdd),
      healthcheck: liveHealthcheck(container, prior.healthcheck),
      hostname: Config.Hostname,
      image: prior.image ?? container.Image,
      init: HostConfig.Init ?? false,
      ipcMode: HostConfig.IpcMode ?? "",
      labels: prior.labels ?? [],
      logDriver: HostConfig.LogConfig?.Type ?? "",
      logOpts: texts(HostConfig.LogConfig?.Config),
      maxRetryCount: HostConfig.RestartPolicy?.MaximumRetryCount ?? 0,
      memory,
      memoryReservation: (HostConfig.MemoryReservation ?? 0) / mebibyte,
      memorySwap,
      mustRun: State.Running ? prior.mustRun : false,
      name: container.Name.replace(/^\//, ""),
      networkDatas: Object.entries(NetworkSettings.Networks).map(([networkName, network]) => ({
        gateway: network.Gateway,
        globalIpv6Address: network.GlobalIPv6Address,
        globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
        ipAddress: network.IPAddress,
        ipPrefixLength: network.IPPrefixLen,
        ipv6Gateway: network.IPv6Gateway,
        macAddress: network.MacAddress,
        networkName,
      })),
      networkMode: HostConfig.NetworkMode ?? "",
      networksAdvanced: prior.networksAdvanced ?? [],
      platform: container.Platform,
      ports: livePorts(container, prior.ports ?? []),
      privileged: HostConfig.Privileged ?? false,
      publishAllPorts: HostConfig.PublishAllPorts ?? false,
      readOnly: HostConfig.ReadonlyRootfs ?? false,
      removeVolumes: prior.removeVolumes,
      restart: HostConfig.RestartPolicy?.Name ?? "no",
      runtime: HostConfig.Runtime ?? "",
      securityOpts: sortedStrings(strings(HostConfig.SecurityOpt)),
      shmSize: (HostConfig.ShmSize ?? 0) / mebibyte,
      start: prior.start,
      stopSignal: Config.StopSignal ?? "",
      stopTimeout: Config.StopTimeout ?? 0,
      storageOpts: texts(HostConfig.StorageOpt),
      sysctls: texts(HostConfig.Sysctls),
      tmpfs: texts(HostConfig.Tmpfs),
      uploads: prior.uploads ?? [],
      user: Config.User,
      usernsMode: HostConfig.UsernsMode ?? "",
      volumes: prior.volumes ?? [],
      wait: prior.wait,
      waitTimeout: prior.waitTimeout,
      workingDir: Config.WorkingDir,
    },
  };
}

/** MiB; 0 is none. */
function limits({ Memory = 0, MemorySwap = 0 }: Dockerode.HostConfig) {
  return {
    memory: Memory / mebibyte,
    memorySwap: MemorySwap > 0 ? MemorySwap / mebibyte : MemorySwap,
  };
}

/** The engine writes null for a list that is empty. */
function strings(list: unknown): readonly string[] {
  return (list ?? []) as readonly string[];
}

function texts(map: unknown): Readonly<Record<string, string>> {
  return (map ?? {}) as Record<string, string>;
}

type Port = State<(typeof containerSchema)["ports"]["properties"]>;

/**
 * The ports that a container publishes: those of a stopped one are what it was made with.
 *
 * @param prior the ports that it had; what is still there keeps its order, which means nothing to the engine.
 */
function livePorts(
  { NetworkSettings, HostConfig, State }: Dockerode.ContainerInspectInfo,
  prior: readonly Port[],
): Port[] {
  const published = (State.Running ? NetworkSettings.Ports : HostConfig.PortBindings) as Bindings;
  const live = Object.entries(published ?? {}).flatMap(([key, bindings]) => {
    const [internal, protocol = "tcp"] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      external: Number(HostPort),
      internal: Number(internal),
      ip: HostIp === undefined || HostIp === "" ? "0.0.0.0" : HostIp,
      protocol,
    }));
  });
  // A port that the engine chose is known while the container runs.
  const known = State.Running
    ? live
    : live.map((port) => ({
        ...port,
        external: port.external === 0 ? (priorOf(port)?.external ?? 0) : port.external,
      }));
  return known.sort((a, b) => placeOf(a) - placeOf(b) || a.internal - b.internal);

  function priorOf(port: Port) {
    return prior.find((each) => keyOf(each) === keyOf(port));
  }

  function placeOf(port: Port): number {
    const place = prior.findIndex((each) => keyOf(each) === keyOf(port));
    return place === -1 ? prior.length : place;
  }
}

type Bindings = Record<
  string,
  { HostIp?: string | undefined; HostPort: string }[] | null | undefined
> | null;

function keyOf({ internal, protocol, ip }: Port): string {
  return `${internal}/${protocol} at ${ip}`;
}

type Healthcheck = State<(typeof containerSchema)["healthcheck"]["properties"]>;

/** Nanoseconds; absent is 0. */
interface LiveHealthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/**
 * A container's health check, its image's if it has none of its own.
 *
 * @param prior how it was written; a time that is still the same is written as it was there.
 */
function liveHealthcheck(
  { Config }: Dockerode.ContainerInspectInfo,
  prior: Healthcheck | null,
): Healthcheck | null {
  const { Healthcheck: live } = Config as { Healthcheck?: LiveHealthcheck };
  if (live === undefined) return null;
  return {
    interval: written(live.Interval, prior?.interval),
    retries: live.Retries ?? 0,
    // Engines older than 25 do not keep it.
    startInterval:
      live.StartInterval === undefined
        ? (prior?.startInterval ?? "0s")
        : written(live.StartInterval, prior?.startInterval),
    startPeriod: written(live.StartPeriod, prior?.startPeriod),
    tests: live.Test ?? [],
    timeout: written(live.Timeout, prior?.timeout),
  };
}

function written(nanoseconds = 0, prior: string | undefined): string {
  return prior !== undefined && parseDuration(prior) === nanoseconds
    ? prior
    : formatDuration(nanoseconds);
}
