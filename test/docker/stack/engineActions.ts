import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import type { EngineAction } from "../../drift/dockerCatalogue/byHand";
import { engine } from "../engine";

/** The engine request of each command of Docker's client. Removing what is already gone succeeds. */
const actions: Readonly<
  Record<EngineAction["docker"], (first: string, second: string) => Promise<unknown>>
> = {
  "network connect bridge": (container) =>
    engine.getNetwork("bridge").connect({ Container: container }),
  "network disconnect": (network, container) =>
    engine.getNetwork(network).disconnect({ Container: container }),
  "network rm": (network) => engine.getNetwork(network).remove(),
  "rm --force": (container) => ifExists(engine.getContainer(container).remove({ force: true })),
  "rmi --force": async (repository) => {
    const images = await engine.listImages({ filters: { reference: [repository] } });
    const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
    if (tags.length === 0) throw new Error(`image ${repository} does not exist`);
    for (const tag of tags) await engine.getImage(tag).remove({ force: true });
  },
  stop: (container) => engine.getContainer(container).stop(),
  "update --restart no": (container) =>
    engine.getContainer(container).update({ RestartPolicy: { Name: "no" } }),
  "volume rm": (volume) => engine.getVolume(volume).remove(),
};

/** Runs an action on the objects whose names have this prefix. */
export async function actOnEngine(prefix: string, { docker, of }: EngineAction): Promise<void> {
  const [first = "", second = ""] = of.map((name) => `${prefix}${name}`);
  await actions[docker](first, second);
}
