/** Not served: the engine's own builder has no such thing, or nothing here needs it. */
const unserved = { replaces: true, unserved: true } as const;

/**
 * The property `build` of `docker.RemoteImage`. Terraform sees it as a whole: whatever changes in it makes another image.
 */
export const buildSchema = {
  additionalContexts: { kind: "list", ...unserved },
  authConfigs: { kind: "objects", ...unserved, terraformName: "auth_config", properties: {} },
  buildArgs: { kind: "map", replaces: true },
  buildId: { kind: "string", ...unserved },
  buildLogFile: { kind: "string", ...unserved },
  builder: { kind: "string", ...unserved },
  cacheFroms: { kind: "list", ...unserved, terraformName: "cache_from" },
  cacheTos: { kind: "list", ...unserved, terraformName: "cache_to" },
  cgroupParent: { kind: "string", ...unserved },
  /** A folder, relative to the project's. */
  context: { kind: "string", required: true, replaces: true },
  cpuPeriod: { kind: "number", ...unserved },
  cpuQuota: { kind: "number", ...unserved },
  cpuSetCpus: { kind: "string", ...unserved },
  cpuSetMems: { kind: "string", ...unserved },
  cpuShares: { kind: "number", ...unserved },
  /** A path within the context. */
  dockerfile: { kind: "string", default: "Dockerfile", replaces: true },
  extraHosts: { kind: "list", ...unserved },
  forceRemove: { kind: "boolean", replaces: true },
  isolation: { kind: "string", ...unserved },
  label: { kind: "map", replaces: true },
  labels: { kind: "map", replaces: true },
  memory: { kind: "number", ...unserved },
  memorySwap: { kind: "number", ...unserved },
  networkMode: { kind: "string", replaces: true },
  noCache: { kind: "boolean", replaces: true },
  platform: { kind: "string", replaces: true },
  provenance: { kind: "string", ...unserved },
  pullParent: { kind: "boolean", replaces: true },
  remoteContext: { kind: "string", ...unserved },
  remove: { kind: "boolean", default: true, replaces: true },
  sbom: { kind: "string", ...unserved },
  secrets: { kind: "objects", ...unserved, properties: {} },
  securityOpts: { kind: "list", ...unserved, terraformName: "security_opt" },
  sessionId: { kind: "string", ...unserved },
  shmSize: { kind: "number", ...unserved },
  squash: { kind: "boolean", ...unserved },
  suppressOutput: { kind: "boolean", ...unserved },
  tags: { kind: "list", replaces: true, terraformName: "tag" },
  target: { kind: "string", replaces: true },
  ulimits: { kind: "objects", ...unserved, terraformName: "ulimit", properties: {} },
  useLegacyBuilder: { kind: "boolean", default: false, replaces: true },
  version: { kind: "string", ...unserved },
} as const;
