import { buildSchema } from "./buildSchema";

/** Every property of `docker.RemoteImage`. */
export const remoteImageSchema = {
  build: { kind: "object", properties: buildSchema },
  forceRemove: { kind: "boolean" },
  imageId: { kind: "string", computed: true, unserved: true },
  keepLocally: { kind: "boolean" },
  name: { kind: "string", required: true, replaces: true },
  platform: { kind: "string", replaces: true },
  pullTriggers: { kind: "set", replaces: true },
  repoDigest: { kind: "string", computed: true, unserved: true },
  triggers: { kind: "map", replaces: true },
} as const;
