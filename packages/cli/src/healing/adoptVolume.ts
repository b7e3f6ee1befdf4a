import type { DockerNames } from "../dockerStack/dockerNames";
import { engine } from "../dockerStack/engine";
import { ifThere } from "../dockerStack/ifThere";
import { askPulumi } from "../askPulumi";
import { exportState } from "../exportState";
import { importState } from "../importState";
import { say } from "../say";
import { adoptPlanned } from "./adoptPlanned";
import { bringUpInstance } from "./bringUpInstance";
import { refuseStrangers } from "./refuseStrangers";

/**
 * Takes over the database in a stack's volume that its state does not know: the stack was destroyed without the volume, or
 * the state was lost.
 *
 * PostgreSQL refuses to make a role or a database a second time, so those that the program declares are noted as made. The
 * refresh that the update begins with drops again what is not there.
 *
 * @throws CommandError if more is there than a volume
 */
export async function adoptVolume(
  stack: string,
  names: DockerNames,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<void> {
  const { deployment = {} } = await exportState(stack, environment);
  const known = deployment.resources ?? [];
  if (known.some(({ type }) => type === "postgresql:index/database:Database")) return;
  await refuseStrangers(stack, names, known);
  if ((await ifThere(engine().getVolume(names.data).inspect())) === undefined) return;

  say(`The volume ${names.data} is there already: whatever database is in it will be taken over.`);
  // Only the server can be asked about its roles, by whoever has the password that it gets now.
  await bringUpInstance(stack, environment, agreed);
  const preview = ["preview", "--json", "--stack", stack];
  const plan = await askPulumi(preview, environment).catch(() => undefined);
  // The update will say what is wrong.
  if (plan === undefined) return;
  const state = await exportState(stack, environment);
  const adopted = adoptPlanned(state.deployment ?? {}, plan);
  await importState(stack, { ...state, deployment: adopted }, environment);
}
