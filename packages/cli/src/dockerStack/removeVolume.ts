import { CommandError } from "../commandError";
import { engine } from "./engine";
import { ifThere } from "./ifThere";

/**
 * Removes a volume with all data in it.
 *
 * @throws CommandError if a container uses it
 */
export async function removeVolume(name: string): Promise<void> {
  try {
    await ifThere(engine().getVolume(name).remove());
  } catch (cause) {
    if ((cause as { statusCode?: number }).statusCode !== inUse) throw cause;
    throw new CommandError(
      `The volume ${name} was not removed: a container uses it.`,
      `\`docker ps --all --filter volume=${name}\` shows which. Remove that, then the volume: docker volume rm ${name}`,
      { cause },
    );
  }
}

const inUse = 409;
