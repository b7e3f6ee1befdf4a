import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { askPulumi } from "../askPulumi";
import { CommandError } from "../commandError";
import { exportState } from "../exportState";
import { readExternalSettings } from "../externalStack/readExternalSettings";
import { importState } from "../importState";
import { pins } from "../pins";
import { say } from "../say";
import { adoptPlanned } from "./adoptPlanned";
import { bringUpInstance } from "./bringUpInstance";

/**
 * Takes over what is in an existing server and is not in the stack's state, which was lost: the declared roles and the database are
 * noted as made. The refresh that the update begins with drops again what is not there.
 *
 * @param database its name, by which the user says that it is this stack's
 * @param agreed Pulumi's options for an update that the user has agreed to
 * @throws CommandError if that is not the stack's database, or if the stack has a server of its own; DeclarationErrors if its
 *   settings have faults
 */
export async function adoptServer(
  stack: string,
  database: string,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<void> {
  const external = readExternalSettings(stack, environment);
  if (external === undefined) {
    throw new CommandError(
      `--adopt ${database}: stack ${stack} has a server of its own, whose database cannot belong to anything else.`,
      `Run it without: npm run up -- --stack ${stack}`,
    );
  }
  if ("faults" in external) throw new DeclarationErrors(external.faults);
  const { settings } = external;
  if (settings.database !== database) {
    throw new CommandError(
      `--adopt ${database}: the database of stack ${stack} is ${settings.database} (${pins.project}:database in Pulumi.${stack}.yaml).`,
      "Name that one, or change the setting.",
    );
  }
  const adopting = { ...environment, HOSTERIZER_ADOPT: database };
  // What is noted refers to the provider.
  await bringUpInstance(stack, adopting, agreed, "ExternalInstance");
  const plan = await askPulumi(["preview", "--json", "--stack", stack], adopting);
  const state = await exportState(stack, environment);
  const deployment = adoptPlanned(state.deployment ?? {}, plan);
  await importState(stack, { ...state, deployment }, environment);
  say(`Stack ${stack} has taken over what is declared and was in the server already.`);
}
