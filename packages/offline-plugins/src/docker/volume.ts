import { isDeepStrictEqual } from "node:util";

import type Dockerode from "dockerode";

import { type LiveObject, resourceType } from "../protocol/resourceType";
import { labelList, labelMap, labelsSchema } from "./labels";
import { type DockerSession, statusOf } from "./session";

/** Every property of `docker.Volume`. Any change replaces the volume, because Docker changes none in place. */
const volumeSchema = {
  cluster: { kind: "object", unserved: true, properties: {} },
  driver: { kind: "string", computed: true, replaces: true },
  driverOpts: { kind: "map", replaces: true },
  labels: labelsSchema,
  mountpoint: { kind: "string", computed: true, unserved: true },
  name: { kind: "string", autonamed: true, replaces: true },
} as const;

/** `docker.Volume`. An existing volume that matches its declaration is adopted with its data. */
export const volume = resourceType<DockerSession, typeof volumeSchema>({
  token: "docker:index/volume:Volume",
  schema: volumeSchema,
  meta: JSON.stringify({ schema_version: "1" }),
  describe: (show) => `volume ${show("name")}`,

  create: async ({ engine }, planned) => {
    await engine.createVolume({
      Name: planned.name,
      Labels: labelMap(planned.labels),
      ...(planned.driver === null ? {} : { Driver: planned.driver }),
      ...(planned.driverOpts === null ? {} : { DriverOpts: { ...planned.driverOpts } }),
    });
    const live = await inspect(engine.getVolume(planned.name));
    // Docker reports success for an existing volume, even a different one. Each preview would then replace it and lose its data.
    for (const [property, wanted, found] of [
      ["labels", labelMap(planned.labels), labelMap(live.state.labels)],
      ["driverOpts", planned.driverOpts ?? {}, live.state.driverOpts],
    ] as const) {
      if (isDeepStrictEqual({ ...wanted }, { ...found })) continue;
      throw new Error(
        `a volume of this name already exists, with the ${property} ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}. Declare these, or remove the volume if its data is not needed: docker volume rm ${planned.name}`,
      );
    }
    return live;
  },

  read: async ({ engine }, id) => {
    try {
      return await inspect(engine.getVolume(id));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  },

  update: ({ engine }, _old, _planned, id) => inspect(engine.getVolume(id)),

  delete: async ({ engine }, _old, id) => {
    try {
      await engine.getVolume(id).remove();
    } catch (error) {
      if (statusOf(error) === 404) return;
      if (statusOf(error) !== 409) throw error;
      const users = await engine.listContainers({ all: true, filters: { volume: [id] } });
      const names = users.map(({ Names }) => (Names[0] ?? "").replace(/^\//, ""));
      if (names.length === 0) throw error;
      throw new Error(
        `it is in use by ${names.join(", ")}; nothing was removed. Remove these containers first`,
        { cause: error },
      );
    }
  },
});

async function inspect(found: Dockerode.Volume): Promise<LiveObject<typeof volumeSchema>> {
  const live = await found.inspect();
  return {
    id: live.Name,
    state: {
      cluster: null,
      driver: live.Driver,
      driverOpts: live.Options ?? {},
      labels: labelList(live.Labels),
      mountpoint: live.Mountpoint,
      name: live.Name,
    },
  };
}
