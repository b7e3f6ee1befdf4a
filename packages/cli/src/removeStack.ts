import type { DockerNames } from "./dockerStack/dockerNames";
import { findStrangers } from "./dockerStack/findStrangers";
import { removeThings } from "./dockerStack/removeThings";
import { healStack } from "./healing/healStack";
import { readResources } from "./readResources";
import { removeInstance } from "./removeInstance";
import { startInstance } from "./startInstance";
import { updateStack } from "./updateStack";

/**
 * Removes everything of a stack but the volume with its data.
 *
 * @param names of the stack in the Docker engine, if it runs there
 * @param args for `pulumi destroy`
 * @returns Pulumi's exit code
 */
export async function removeStack(
  stack: string,
  environment: NodeJS.ProcessEnv,
  names: DockerNames | undefined,
  args: readonly string[],
): Promise<number> {
  const agreed = ["--yes", "--skip-preview"];
  await healStack(stack, environment);
  // What is in a container goes with it, so that nobody has to be asked about it, and the server need not be up.
  const unasked = names === undefined ? [] : ["--refresh=false"];
  if (names === undefined) await startInstance(stack, environment, agreed);
  // They use what the state knows of, which could not be removed otherwise.
  else await removeThings(await findStrangers(names, await readResources(stack, environment)));
  const options = [...unasked, ...agreed, ...args];
  const code = await updateStack(stack, ["destroy", ...options], environment);
  const isEmpty = code === 0 && (await readResources(stack, environment)).length === 0;
  if (isEmpty) await removeInstance(stack, names);
  return code;
}
