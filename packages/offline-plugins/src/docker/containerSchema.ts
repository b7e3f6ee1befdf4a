import type { ResourceSchema } from "../protocol/resourceSchema";
import { labelsSchema } from "./labels";

/**
 * The properties of `docker.Container`. Unserved ones are included, because the official plugin has them in its state. Each
 * has the value of a container that does not use it.
 */
export const containerSchema = {
  attach: { kind: "boolean", default: false, unserved: true },
  bridge: { kind: "string", computed: true, unserved: true },
  capabilities: {
    kind: "object",
    replaces: true,
    properties: {
      adds: { kind: "set", replaces: true, terraformName: "add" },
      drops: { kind: "set", replaces: true, terraformName: "drop" },
    },
  },
  cgroupParent: { kind: "string", replaces: true, unserved: true },
  cgroupnsMode: { kind: "string", replaces: true, unserved: true },
  command: { kind: "list", computed: true, replaces: true },
  containerLogs: { kind: "string", computed: true, unserved: true },
  containerReadRefreshTimeoutMilliseconds: { kind: "number", default: 15_000 },
  cpuPeriod: { kind: "number", unserved: true },
  cpuQuota: { kind: "number", unserved: true },
  cpuSet: { kind: "string", unserved: true },
  cpuShares: { kind: "number", unserved: true },
  cpus: { kind: "string", replaces: true, unserved: true },
  destroyGraceSeconds: { kind: "number", minimum: 0 },
  deviceReadBps: { kind: "objectSet", properties: {}, unserved: true },
  deviceReadIops: { kind: "objectSet", properties: {}, unserved: true },
  deviceRequests: { kind: "objectSet", properties: {}, replaces: true, unserved: true },
  deviceWriteBps: { kind: "objectSet", properties: {}, unserved: true },
  deviceWriteIops: { kind: "objectSet", properties: {}, unserved: true },
  devices: { kind: "objectSet", properties: {}, replaces: true, unserved: true },
  dns: { kind: "set", replaces: true, unserved: true },
  dnsOpts: { kind: "set", replaces: true, unserved: true },
  dnsSearches: { kind: "set", replaces: true, unserved: true, terraformName: "dns_search" },
  domainname: { kind: "string", replaces: true, unserved: true },
  entrypoints: { kind: "list", computed: true, replaces: true, terraformName: "entrypoint" },
  envs: { kind: "set", computed: true, replaces: true, hidden: true, terraformName: "env" },
  exitCode: { kind: "number", computed: true, unserved: true },
  gpus: { kind: "string", replaces: true, unserved: true },
  groupAdds: { kind: "set", replaces: true, unserved: true, terraformName: "group_add" },
  healthcheck: {
    kind: "object",
    computed: true,
    replacesHere: true,
    properties: {
      interval: { kind: "string", default: "0s" },
      retries: { kind: "number", default: 0, minimum: 0 },
      startInterval: { kind: "string", default: "0s" },
      startPeriod: { kind: "string", default: "0s" },
      tests: { kind: "list", required: true, terraformName: "test" },
      timeout: { kind: "string", default: "0s" },
    },
  },
  hostname: { kind: "string", computed: true, replaces: true },
  hosts: {
    kind: "objectSet",
    properties: {},
    replaces: true,
    unserved: true,
    terraformName: "host",
  },
  image: { kind: "string", required: true, replaces: true },
  init: { kind: "boolean", computed: true, replacesHere: true },
  ipcMode: { kind: "string", computed: true, replaces: true, unserved: true },
  labels: { ...labelsSchema, computed: true },
  logDriver: { kind: "string", computed: true, replaces: true },
  logOpts: { kind: "map", replaces: true },
  logs: { kind: "boolean", default: false, unserved: true },
  maxRetryCount: { kind: "number", unserved: true },
  memory: { kind: "number", minimum: 0 },
  memoryReservation: { kind: "number", unserved: true },
  memorySwap: { kind: "number", minimum: -1 },
  mounts: { kind: "objectSet", properties: {}, replaces: true, unserved: true },
  mustRun: { kind: "boolean", default: true },
  name: { kind: "string", autonamed: true, replaces: true },
  networkDatas: {
    kind: "objects",
    computed: true,
    unserved: true,
    terraformName: "network_data",
    properties: {
      gateway: { kind: "string" },
      globalIpv6Address: { kind: "string" },
      globalIpv6PrefixLength: { kind: "number" },
      ipAddress: { kind: "string" },
      ipPrefixLength: { kind: "number" },
      ipv6Gateway: { kind: "string" },
      macAddress: { kind: "string" },
      networkName: { kind: "string" },
    },
  },
  networkMode: { kind: "string", default: "bridge", oneOf: ["bridge"], replaces: true },
  networksAdvanced: {
    kind: "objectSet",
    replaces: true,
    properties: {
      aliases: { kind: "set", replaces: true },
      driverOpts: { kind: "set", replaces: true, unserved: true },
      gwPriority: { kind: "number", replaces: true, unserved: true },
      ipv4Address: { kind: "string", replaces: true, unserved: true },
      ipv6Address: { kind: "string", replaces: true, unserved: true },
      linkLocalIps: { kind: "set", replaces: true, unserved: true },
      macAddress: { kind: "string", replaces: true, unserved: true },
      name: { kind: "string", required: true, replaces: true },
    },
  },
  pidMode: { kind: "string", replaces: true, unserved: true },
  platform: { kind: "string", computed: true, replaces: true, unserved: true },
  ports: {
    kind: "objects",
    replaces: true,
    properties: {
      external: { kind: "number", computed: true, minimum: 0, replaces: true },
      internal: { kind: "number", required: true, minimum: 1, replaces: true },
      ip: { kind: "string", default: "0.0.0.0", replaces: true },
      protocol: { kind: "string", default: "tcp", oneOf: ["tcp", "udp", "sctp"], replaces: true },
    },
  },
  privileged: { kind: "boolean", replaces: true, unserved: true },
  publishAllPorts: { kind: "boolean", replaces: true, unserved: true },
  readOnly: { kind: "boolean", default: false, replaces: true },
  removeVolumes: { kind: "boolean", default: true },
  restart: {
    kind: "string",
    default: "no",
    oneOf: ["no", "on-failure", "always", "unless-stopped"],
  },
  rm: { kind: "boolean", default: false, unserved: true },
  runtime: { kind: "string", computed: true, replaces: true, unserved: true },
  securityOpts: { kind: "set", computed: true, replaces: true },
  shmSize: { kind: "number", computed: true, minimum: 0, replaces: true },
  start: { kind: "boolean", default: true },
  stdinOpen: { kind: "boolean", default: false, replaces: true, unserved: true },
  stopSignal: { kind: "string", computed: true, replaces: true },
  stopTimeout: { kind: "number", computed: true, minimum: 0, replaces: true },
  storageOpts: { kind: "map", replaces: true, unserved: true },
  sysctls: { kind: "map", replaces: true, unserved: true },
  tmpfs: { kind: "map", replacesHere: true },
  tty: { kind: "boolean", default: false, replaces: true, unserved: true },
  ulimits: {
    kind: "objectSet",
    properties: {},
    replaces: true,
    unserved: true,
    terraformName: "ulimit",
  },
  uploads: {
    kind: "objectSet",
    replaces: true,
    terraformName: "upload",
    properties: {
      content: { kind: "string", hidden: true, replaces: true },
      contentBase64: { kind: "string", hidden: true, replaces: true, unserved: true },
      executable: { kind: "boolean", default: false, replaces: true },
      file: { kind: "string", required: true, replaces: true },
      permissions: { kind: "string", replaces: true },
      source: { kind: "string", replaces: true, unserved: true },
      sourceHash: { kind: "string", replaces: true, unserved: true },
    },
  },
  // Computed: the official plugin sees no difference if these come from the image.
  user: { kind: "string", computed: true, replaces: true },
  usernsMode: { kind: "string", replaces: true, unserved: true },
  volumes: {
    kind: "objectSet",
    replaces: true,
    properties: {
      containerPath: { kind: "string", required: true, replaces: true },
      fromContainer: { kind: "string", replaces: true, unserved: true },
      hostPath: { kind: "string", replaces: true, unserved: true },
      readOnly: { kind: "boolean", replaces: true },
      selinuxRelabel: { kind: "string", replaces: true, unserved: true },
      volumeName: { kind: "string", required: true, replaces: true },
    },
  },
  wait: { kind: "boolean", default: false },
  waitTimeout: { kind: "number", default: 60, minimum: 1 },
  workingDir: { kind: "string", computed: true, replaces: true, unserved: true },
} as const satisfies ResourceSchema;

/** Parses a duration as Docker writes it (`1m30s`, `500ms`). Returns nanoseconds, or undefined if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return text === "0" ? 0 : undefined;
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  return Math.round(
    parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0), 0),
  );
}

/** Nanoseconds of each unit. */
const units: Record<string, number> = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Formats nanoseconds as Docker does: `1m0s`, `1.5s`, `500ms`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds > 0 && nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
  const seconds = (nanoseconds % 60e9) / 1e9;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
