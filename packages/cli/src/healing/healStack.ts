import { readFileSync } from "node:fs";

import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { engine, requireEngine } from "../dockerStack/engine";
import { healLocks } from "../stack/locks";
import { endOrphans } from "../stack/processes";
import { readDockerSettings } from "../stack/readInstanceSettings";
import { stackFiles } from "../stack/stackFiles";
import { type Deployment, exportState, importState, type ResourceState } from "../stack/state";
import { say } from "../terminal";

/**
 * Repairs what a killed update has left of a stack, so that the next update can begin. Silent when all is well.
 *
 * @throws UserError if another update runs, or if the stack runs in Docker and no engine answers
 */
export async function healStack(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  if (readDockerSettings(stack, environment) !== undefined) await requireEngine(stack);
  const isOurs = environment["PULUMI_OPTION_CONFIG_FILE"] !== undefined;
  // Other backends have their own locks, and Pulumi says what to do about one.
  if (isOurs) await healLocks(stack);
  // Reading the file saves the third of a second that asking Pulumi takes.
  if (isOurs && !mentionsPending(stackFiles(stack).state)) return;
  await healPending(stack, environment);
}

function mentionsPending(state: string): boolean {
  return readFileSync(state, "utf8").includes('"pending_operations"');
}

/** Settles the pending creations in the state of a stack. */
async function healPending(stack: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const state = await exportState(stack, environment);
  const pending = state.deployment?.pending_operations ?? [];
  const open = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  if (state.deployment === undefined || open.length === 0) return;
  await endOrphans();
  await removeUnfinished(open);
  const { deployment, adopted, cleared } = resolvePending(state.deployment);
  await importState(stack, { ...state, deployment }, environment);
  say("A killed update left the creation of these resources pending:");
  for (const urn of adopted) say(`- ${nameOf(urn)}: assumed created, until the refresh has looked`);
  for (const urn of cleared) say(`- ${nameOf(urn)}: will be created again`);
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/**
 * Removes the containers and networks that a killed update may have created: Docker refuses to create another of the same
 * name. They contain nothing yet.
 *
 * @param unfinished the resources whose creation is pending; other kinds are left alone
 */
async function removeUnfinished(unfinished: readonly ResourceState[]): Promise<void> {
  for (const { type, inputs } of unfinished) {
    const name = inputs?.["name"];
    if (typeof name !== "string") continue;
    if (type === "docker:index/container:Container") {
      await ifExists(engine().getContainer(name).remove({ force: true }));
    } else if (type === "docker:index/network:Network") {
      await ifExists(engine().getNetwork(name).remove());
    }
  }
}

/** The types that PostgreSQL refuses to create a second time. Their id is their name. */
const adoptable: readonly string[] = [
  "postgresql:index/role:Role",
  "postgresql:index/database:Database",
];

/** A deployment without pending creations, and what was decided about each. */
interface Resolution {
  deployment: Deployment;
  /** May exist: recorded as existing; the refresh before the update finds out. */
  adopted: string[];
  /** Will be created again, which does no harm. */
  cleared: string[];
}

/**
 * Decides about the creations that a killed update left pending, which Pulumi keeps in the state and asks a person about.
 *
 * A role or database that exists but is not in the state would make the next update fail with "already exists". If it is
 * recorded but does not exist, the refresh that each update begins with removes it again. Everything else in this project can
 * be created twice. Never removes a resource from the state.
 */
export function resolvePending(deployment: Deployment): Resolution {
  const { resources = [], pending_operations: pending = [] } = deployment;
  const known = new Set(resources.map(({ urn }) => urn));
  const open = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  const adopted = open
    .filter(
      ({ urn, type, inputs }) => adoptable.includes(type) && !known.has(urn) && inputs?.["name"],
    )
    .map((resource) => ({
      ...resource,
      id: String(resource.inputs?.["name"]),
      outputs: resource.inputs ?? {},
    }));
  const names = new Set(adopted.map(({ urn }) => urn));
  return {
    deployment: {
      ...deployment,
      resources: [...resources, ...adopted],
      pending_operations: pending.filter(({ type }) => type !== "creating"),
    },
    adopted: [...names],
    cleared: open.map(({ urn }) => urn).filter((urn) => !names.has(urn)),
  };
}
