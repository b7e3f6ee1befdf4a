import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { recoveredAt } from "./dataVolumes";
import { engine } from "./engine";

/** Where the volume with a server's data is mounted. */
export const dataMount = "/var/lib/postgresql";

/**
 * The volume that a recovery is filling, or was when it was killed. Only the recovery's container tells its name: look before that goes.
 *
 * @param names `recovery` is the container, `data` the volume of the stack's server, which this is never
 */
export async function findUnfinishedVolume({
  recovery,
  data,
}: {
  recovery: string;
  data: string;
}): Promise<string | undefined> {
  const found = await ifExists(engine().getContainer(recovery).inspect());
  const name = found?.Mounts.find(({ Destination }) => Destination === dataMount)?.Name;
  const isNew = name !== undefined && name !== data && recoveredAt(name) !== undefined;
  return isNew ? name : undefined;
}
