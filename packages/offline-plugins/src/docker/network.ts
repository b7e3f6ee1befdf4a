import { setTimeout as sleep } from "node:timers/promises";

import type Dockerode from "dockerode";

import { type LiveObject, resourceType } from "../protocol/resourceType";
import { labelList, labelMap, labelsSchema } from "./labels";
import { type DockerSession, statusOf } from "./session";

/** Every property of `docker.Network`. Any change replaces the network, because Docker changes none in place. */
const networkSchema = {
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

export const network = resourceType<DockerSession, typeof networkSchema>({
  token: "docker:index/network:Network",
  schema: networkSchema,
  meta: JSON.stringify({ schema_version: "1" }),
  describe: (show) => `network ${show("name")}`,

  create: async ({ engine }, planned) => {
    const created = await engine.createNetwork({
      Name: planned.name,
      // Without this, engines before 25 create a second network of the same name.
      CheckDuplicate: true,
      Labels: labelMap(planned.labels),
      IPAM: { Driver: planned.ipamDriver },
      ...(planned.driver === null ? {} : { Driver: planned.driver }),
      ...(planned.internal === null ? {} : { Internal: planned.internal }),
      ...(planned.attachable === null ? {} : { Attachable: planned.attachable }),
      ...(planned.options === null ? {} : { Options: { ...planned.options } }),
    });
    const { id, state } = await inspect(created);
    // The official plugin reads these only at the next refresh.
    return { id, state: { ...state, ipamOptions: null } };
  },

  read: async ({ engine }, id) => {
    try {
      return await inspect(engine.getNetwork(id));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  },

  update: ({ engine }, _old, _planned, id) => inspect(engine.getNetwork(id)),

  delete: async ({ engine, cancelled }, _old, id) => {
    const found = engine.getNetwork(id);
    const deadline = Date.now() + removalTimeout;
    for (;;) {
      try {
        await found.remove();
        return;
      } catch (error) {
        if (statusOf(error) === 404) return;
        const isRefused = [403, 409].includes(statusOf(error) ?? 0);
        const attached = isRefused ? await attachedContainers(found) : [];
        // The last container may have been detached after the refusal, before this list was read.
        const isInUse = attached.length > 0 || /active endpoints/.test(String(error));
        if (!isRefused || !isInUse) throw error;
        if (Date.now() > deadline || cancelled.aborted) {
          if (attached.length === 0) throw error;
          throw new Error(
            `these containers are attached to it: ${attached.join(", ")}. Remove them, or \`docker network disconnect\` them`,
            { cause: error },
          );
        }
      }
      await sleep(retryInterval);
    }
  },
});

/** Milliseconds to wait for containers that are being removed, as in the official plugin. */
const removalTimeout = 30_000;
const retryInterval = 500;

async function inspect(found: Dockerode.Network): Promise<LiveObject<typeof networkSchema>> {
  const live = await found.inspect();
  return {
    id: live.Id,
    state: {
      attachable: live.Attachable,
      driver: live.Driver,
      ingress: live.Ingress,
      internal: live.Internal,
      ipamConfigs: (live.IPAM?.Config ?? []).map((config) => ({
        auxAddress: { ...config["AuxiliaryAddresses"] } as Record<string, string>,
        gateway: config["Gateway"] ?? "",
        ipRange: config["IPRange"] ?? "",
        subnet: config["Subnet"] ?? "",
      })),
      ipamDriver: live.IPAM?.Driver ?? "default",
      ipamOptions: live.IPAM?.Options ?? {},
      ipv6: live.EnableIPv6,
      labels: labelList(live.Labels),
      name: live.Name,
      options: live.Options ?? {},
      scope: live.Scope,
    },
  };
}

async function attachedContainers(found: Dockerode.Network): Promise<string[]> {
  const { Containers = {} } = await found.inspect();
  return Object.values(Containers).map(({ Name }) => Name);
}
