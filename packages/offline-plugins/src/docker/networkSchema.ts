import { labelsSchema } from "./labels";

/** Every property of `docker.Network`. A change of any makes another network: Docker changes none in place. */
export const networkSchema = {
  attachable: { kind: "boolean", replaces: true },
  driver: { kind: "string", computed: true, replaces: true },
  ingress: { kind: "boolean", replaces: true, unserved: true },
  internal: { kind: "boolean", computed: true, replaces: true },
  ipamConfigs: {
    kind: "objectSet",
    computed: true,
    replaces: true,
    unserved: true,
    terraformName: "ipam_config",
    properties: {
      auxAddress: { kind: "map" },
      gateway: { kind: "string" },
      ipRange: { kind: "string" },
      subnet: { kind: "string" },
    },
  },
  ipamDriver: { kind: "string", default: "default", replaces: true, oneOf: ["default"] },
  ipamOptions: { kind: "map", computed: true, replaces: true, unserved: true },
  ipv6: { kind: "boolean", replaces: true, unserved: true },
  labels: labelsSchema,
  name: { kind: "string", autonamed: true, replaces: true },
  options: { kind: "map", computed: true, replaces: true },
  scope: { kind: "string", computed: true, unserved: true },
} as const;
