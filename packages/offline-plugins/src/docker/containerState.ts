import type Dockerode from "dockerode";

import type { Observed, State } from "../protocol/resourceSchema";
import type { LiveObject } from "../protocol/resourceType";
import { sortedStrings } from "../protocol/propertyValue";
import { containerSchema, formatDuration, parseDuration } from "./containerSchema";

const mebibyte = 1024 * 1024;

/**
 * The state of a live container, as the official plugin reads it.
 *
 * The engine does not distinguish declared values from those of the image. Environment, labels, networks, volumes and uploads
 * therefore stay as they were. All of them except networks are fixed for an existing container; its current networks are only in
 * `networkDatas`.
 */
export function containerState(
  container: Dockerode.ContainerInspectInfo,
  prior: Observed<typeof containerSchema>,
): LiveObject<typeof containerSchema> {
  const { Config, HostConfig, NetworkSettings, State }: ContainerDescription = container;
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
      // A running container keeps the exit code of its last run.
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

/** The engine's description of a container, with fields that the types of its client lack. */
type ContainerDescription = Dockerode.ContainerInspectInfo & {
  NetworkSettings: { Bridge?: string };
  Config: { StopSignal?: string; StopTimeout?: number };
};

/** Memory limits in MiB; 0 is no limit. */
function limits({ Memory = 0, MemorySwap = 0 }: Dockerode.HostConfig) {
  return {
    memory: Memory / mebibyte,
    memorySwap: MemorySwap > 0 ? MemorySwap / mebibyte : MemorySwap,
  };
}

/** The engine writes null for an empty list. */
function strings(list: unknown): readonly string[] {
  return (list ?? []) as readonly string[];
}

function texts(map: unknown): Readonly<Record<string, string>> {
  return (map ?? {}) as Record<string, string>;
}

type Port = State<(typeof containerSchema)["ports"]["properties"]>;

/**
 * The ports that a container publishes. A stopped container has those that it was created with.
 *
 * @param prior the ports in the state; they determine the order, which has no meaning for the engine
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
  // The engine reports a port that it chose only while the container runs.
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

/** A health check as the engine describes it. Times are in nanoseconds; a missing time is 0. */
interface LiveHealthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/**
 * A container's health check, or its image's if it declares none.
 *
 * @param prior the health check in the state; an unchanged time keeps its notation
 */
function liveHealthcheck(
  { Config }: Dockerode.ContainerInspectInfo,
  prior: Healthcheck | null,
): Healthcheck | null {
  const { Healthcheck: live } = Config as { Healthcheck?: LiveHealthcheck };
  if (live === undefined) return null;
  return {
    interval: durationText(live.Interval, prior?.interval),
    retries: live.Retries ?? 0,
    // Engines older than 25 do not store the start interval.
    startInterval:
      live.StartInterval === undefined
        ? (prior?.startInterval ?? "0s")
        : durationText(live.StartInterval, prior?.startInterval),
    startPeriod: durationText(live.StartPeriod, prior?.startPeriod),
    tests: live.Test ?? [],
    timeout: durationText(live.Timeout, prior?.timeout),
  };
}

function durationText(nanoseconds = 0, prior: string | undefined): string {
  return prior !== undefined && parseDuration(prior) === nanoseconds
    ? prior
    : formatDuration(nanoseconds);
}
