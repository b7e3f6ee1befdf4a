import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { DeclarationErrors, UserError } from "@hosterizer/postgres/userError";
import { type DockerNames, findUntracked } from "../dockerStack/dockerObjects";
import { engine } from "../dockerStack/engine";
import { pins } from "../pins";
import { askPulumi } from "../runProgram";
import { readExternalSettings } from "../stack/readInstanceSettings";
import { configurationName } from "../stack/stackFiles";
import { type Deployment, exportState, importState, type ResourceState } from "../stack/state";
import { bringUpInstance } from "../stack/updateStack";
import { say } from "../terminal";
import { resolvePending } from "./healStack";
import { requireKnownKey } from "./ownBackups";

/**
 * Adopts what is on an existing server but not in the stack's state, which was lost: records the declared roles and the
 * database as created. The refresh that the update begins with removes again what does not exist.
 *
 * @param database its name, by which the user confirms that it is this stack's
 * @param agreed Pulumi's options for an update that the user has agreed to
 * @throws UserError if that is not the stack's database, or if the stack creates its own server; DeclarationErrors if its
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
    throw new UserError(
      `--adopt ${database}: stack ${stack} creates its own server, so there is nothing to adopt.`,
      `Run it without --adopt: npm run up -- --stack ${stack}`,
    );
  }
  if ("faults" in external) throw new DeclarationErrors(external.faults);
  const { settings } = external;
  if (settings.database !== database) {
    throw new UserError(
      `--adopt ${database}: the database of stack ${stack} is ${settings.database} (${pins.project}:database in ${configurationName(stack)}).`,
      "Name that one, or change the setting.",
    );
  }
  const adopting = { ...environment, HOSTERIZER_ADOPT: database };
  // The recorded resources refer to the provider.
  await bringUpInstance(stack, adopting, agreed, "ExternalInstance");
  const plan = await askPulumi(["preview", "--json", "--stack", stack], adopting);
  await recordPlanned(stack, plan, environment);
  say(`Stack ${stack} has adopted what is declared and was on the server already.`);
}

/**
 * Adopts the database in a stack's volume that is not in its state: the stack was destroyed without the volume, or the state
 * was lost.
 *
 * PostgreSQL refuses to create a role or a database a second time, so those that the program declares are recorded as
 * created. The refresh that the update begins with removes again what does not exist.
 *
 * @returns whether the server was started for that
 * @throws UserError if there is more than a volume
 */
export async function adoptVolume(
  stack: string,
  names: DockerNames,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
): Promise<boolean> {
  const { deployment = {} } = await exportState(stack, environment);
  const known = deployment.resources ?? [];
  if (known.some(({ type }) => type === "postgresql:index/database:Database")) return false;
  await refuseUntracked(stack, names, known);
  if ((await ifExists(engine().getVolume(names.data).inspect())) === undefined) return false;
  await requireKnownKey(stack, environment, known);

  say(`The volume ${names.data} exists already: a database in it is adopted.`);
  // Only the server can be asked about its roles, and only with the password that it gets now.
  await bringUpInstance(stack, environment, agreed);
  const preview = ["preview", "--json", "--stack", stack];
  const plan = await askPulumi(preview, environment).catch(() => undefined);
  // The update will say what is wrong.
  if (plan !== undefined) await recordPlanned(stack, plan, environment);
  return true;
}

/**
 * Checks that a stack that is created again does not collide with another one of its name, which may be in use.
 *
 * @throws UserError if its containers or network exist, and the state contains nothing in Docker
 */
async function refuseUntracked(
  stack: string,
  names: DockerNames,
  resources: readonly ResourceState[],
): Promise<void> {
  // A part of the stack is enough to make the rest its own: an update may have failed halfway.
  if (resources.some(({ type }) => type.startsWith("docker:"))) return;
  const { containers, networks } = await findUntracked(names, resources);
  const untracked = [
    ...containers.map((name) => `container ${name}`),
    ...networks.map((name) => `network ${name}`),
  ];
  if (untracked.length === 0) return;
  throw new UserError(
    `These exist in Docker already but are not in the state of stack ${stack}: ${untracked.join(", ")}. They belong to another state.`,
    `Restore that state, or set another hosterizer-database:dockerName in ${configurationName(stack)}.\n` +
      `If that state is lost: npm run destroy -- --stack ${stack} removes these and keeps the data, which the next up adopts.`,
  );
}

async function recordPlanned(
  stack: string,
  preview: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const state = await exportState(stack, environment);
  const deployment = adoptPlanned(state.deployment ?? {}, preview);
  await importState(stack, { ...state, deployment }, environment);
}

/** The part of `pulumi preview --json` that matters here. */
interface Plan {
  steps?: { op: string; newState?: ResourceState }[];
}

/**
 * A deployment that records as created everything that a preview would create and PostgreSQL refuses to create a second time,
 * together with the components that it belongs to: as if an update had been killed in each of these creations.
 *
 * @param preview what `pulumi preview --json` has printed
 */
export function adoptPlanned(deployment: Deployment, preview: string): Deployment {
  const { resources = [], pending_operations: pending = [] } = deployment;
  const { steps = [] } = JSON.parse(preview) as Plan;
  const planned = steps.flatMap(({ op, newState }) => (op === "create" && newState) || []);

  const adopted = new Set(resolvePending(killedIn(planned, [])).adopted);
  const members = planned.filter(({ urn }) => adopted.has(urn));
  const parents = parentsOf(members, planned);
  const known = new Set([...resources, ...parents].map(({ urn }) => urn));
  const complete = (found: ResourceState) => withoutUnknowns(found, known);
  const recorded = resolvePending(
    killedIn(members.map(complete), [...resources, ...parents.map(complete)]),
  ).deployment;
  return { ...deployment, ...recorded, pending_operations: pending };
}

/** What an update leaves that is killed in all of these creations. */
function killedIn(creations: readonly ResourceState[], resources: ResourceState[]): Deployment {
  const pending = creations.map((resource) => ({ resource, type: "creating" }));
  return { resources, pending_operations: pending };
}

/** The planned components that these resources are in, outermost first. */
function parentsOf(
  members: readonly ResourceState[],
  planned: readonly ResourceState[],
): ResourceState[] {
  const urns = new Set(members.map(({ parent }) => parent));
  const parents = planned.filter(({ urn }) => urns.has(urn));
  return parents.length === 0 ? [] : [...parentsOf(parents, planned), ...parents];
}

/** How Pulumi writes values that only an update finds out, and secrets. */
const hidden = /"(04da6b54-80e4-46f7-96ec-b56ff0331ba9|\[secret\])"/;

/** Without what a state must not contain: unknown values, and references to resources that are not in it. */
function withoutUnknowns(found: ResourceState, known: ReadonlySet<string>): ResourceState {
  const { inputs = {}, deletedWith, ...rest } = found;
  const kept = Object.entries(inputs).filter(([, value]) => !hidden.test(JSON.stringify(value)));
  return {
    ...rest,
    inputs: Object.fromEntries(kept),
    dependencies: [],
    propertyDependencies: {},
    ...(deletedWith !== undefined && known.has(deletedWith) ? { deletedWith } : {}),
  };
}
