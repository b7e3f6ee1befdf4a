import { engine } from "../engine";
import { foundByPrefix } from "./foundByPrefix";

/** Removes every container, network, volume and image whose name begins with a prefix. */
export async function removeByPrefix(prefix: string): Promise<void> {
  // In this order: each object goes before those that it uses.
  for (const found of await foundByPrefix(prefix)) {
    const [kind, name = ""] = found.split(" ");
    if (kind === "container") await engine.getContainer(name).remove({ force: true, v: true });
    else if (kind === "network") await engine.getNetwork(name).remove();
    else if (kind === "volume") await engine.getVolume(name).remove();
    else await engine.getImage(name).remove();
  }
}
