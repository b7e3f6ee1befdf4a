import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { UserError } from "@hosterizer/postgres/userError";
import type { DockerNames } from "../dockerStack/dockerObjects";
import { engine } from "../dockerStack/engine";
import { requireWholeData } from "../dockerStack/volumeContents";
import { exportState, importState, type ResourceState } from "../stack/state";
import { say } from "../terminal";
import { configurationName } from "../stack/stackFiles";

/**
 * Records the volume that a stack declares for its data, where another one is recorded: a recovery has made it, or the user goes back
 * to an earlier one. As a change of the program it would replace everything that is in the server.
 *
 * @returns whether the server is on another volume
 * @throws UserError if the volume does not exist or has no whole data: an empty one in its place would look like lost data
 */
export async function moveToVolume(
  stack: string,
  names: DockerNames,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const {
    data,
    backup,
    containers: [server = ""],
  } = names;
  const state = await exportState(stack, environment);
  const recorded = state.deployment?.resources?.find(isData);
  const before = recorded?.inputs?.["name"];
  if (recorded === undefined) return false;
  // An update that was killed may have recorded the move, and not made it.
  if (before === data) return await mountsAnother(server, data);
  if ((await ifExists(engine().getVolume(data).inspect())) === undefined) {
    throw new UserError(
      `The volume ${data} (hosterizer-database:dataVolume in ${configurationName(stack)}) does not exist.`,
      `Name one that does; the present one is ${String(before)}.`,
    );
  }
  await requireWholeData(stack, names);
  // Until it is replaced it would back up one volume as if it were the other.
  await ifExists(engine().getContainer(backup).stop());
  const resources = state.deployment?.resources?.map((resource) =>
    isData(resource) ? withName(resource, data) : resource,
  );
  await importState(
    stack,
    { ...state, deployment: { ...state.deployment, resources: resources ?? [] } },
    environment,
  );
  say(`Stack ${stack} moves from the volume ${String(before)} to ${data}. Both are kept.`);
  return true;
}

async function mountsAnother(container: string, volume: string): Promise<boolean> {
  const found = await ifExists(engine().getContainer(container).inspect());
  const mount = found?.Mounts.find(({ Destination }) => Destination === "/var/lib/postgresql");
  return mount !== undefined && mount.Name !== volume;
}

function isData({ urn, type }: ResourceState): boolean {
  return type === "docker:index/volume:Volume" && urn.endsWith("::server-data");
}

function withName(resource: ResourceState, name: string): ResourceState {
  const { inputs = {}, outputs = {} } = resource;
  return {
    ...resource,
    id: name,
    inputs: { ...inputs, name },
    outputs: { ...outputs, id: name, name },
  };
}
