import { readFileSync } from "node:fs";

import { exportState } from "../exportState";
import { importState } from "../importState";
import { say } from "../say";
import { stackFiles } from "../stack/stackFiles";
import { endOrphans } from "./endOrphans";
import { removeUnfinished } from "./removeUnfinished";
import { resolvePending } from "./resolvePending";

/** Settles the creations that a killed update has left open in the state of a stack. */
export async function healPending(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const isOurs = environment["PULUMI_OPTION_CONFIG_FILE"] !== undefined;
  // The file tells at once what asking Pulumi takes a third of a second for.
  if (isOurs && !mentionsPending(stackFiles(stack).state)) return;
  const state = await exportState(stack, environment);
  const pending = state.deployment?.pending_operations ?? [];
  const open = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  if (state.deployment === undefined || open.length === 0) return;
  await endOrphans();
  await removeUnfinished(open);
  const { deployment, adopted, cleared } = resolvePending(state.deployment);
  await importState(stack, { ...state, deployment }, environment);
  say("A killed update left the creation of these resources open:");
  for (const urn of adopted) say(`- ${nameOf(urn)}: taken as made, until the refresh has looked`);
  for (const urn of cleared) say(`- ${nameOf(urn)}: will be made again`);
}

function mentionsPending(state: string): boolean {
  return readFileSync(state, "utf8").includes('"pending_operations"');
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
