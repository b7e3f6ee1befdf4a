import { labelsSchema } from "./labels";

/** Every property of `docker.Volume`. A change of any makes another volume: Docker changes none in place. */
export const volumeSchema = {
  cluster: { kind: "object", unserved: true, properties: {} },
  driver: { kind: "string", computed: true, replaces: true },
  driverOpts: { kind: "map", replaces: true },
  labels: labelsSchema,
  mountpoint: { kind: "string", computed: true, unserved: true },
  name: { kind: "string", autonamed: true, replaces: true },
} as const;
