import { engine } from "../dockerStack/engine";
import { ifThere } from "../dockerStack/ifThere";
import type { ResourceState } from "./resolvePending";

/**
 * Removes the containers and networks that a killed update may have made: Docker refuses to make another of the same name.
 * They hold nothing yet.
 *
 * @param unfinished the resources whose creation is open; those of other kinds are left alone
 */
export async function removeUnfinished(unfinished: readonly ResourceState[]): Promise<void> {
  for (const { type, inputs } of unfinished) {
    const name = inputs?.["name"];
    if (typeof name !== "string") continue;
    if (type === "docker:index/container:Container") {
      await ifThere(engine().getContainer(name).remove({ force: true }));
    } else if (type === "docker:index/network:Network") {
      await ifThere(engine().getNetwork(name).remove());
    }
  }
}
