import { type Deployment, type ResourceState, resolvePending } from "./resolvePending";

/** How Pulumi writes what an update is still to find out, and what nobody is to see. */
const hidden = /"(04da6b54-80e4-46f7-96ec-b56ff0331ba9|\[secret\])"/;

/** As much of what `pulumi preview --json` prints as is needed here. */
interface Plan {
  steps?: { op: string; newState?: ResourceState }[];
}

/**
 * A deployment in which everything that a preview would make, and that PostgreSQL refuses to make a second time, is noted as
 * made, with the groups that it belongs to: as if an update had been killed in each of them.
 *
 * @param preview what `pulumi preview --json` has printed
 */
export function adoptPlanned(deployment: Deployment, preview: string): Deployment {
  const { resources = [], pending_operations: pending = [] } = deployment;
  const { steps = [] } = JSON.parse(preview) as Plan;
  const planned = steps.flatMap(({ op, newState }) => (op === "create" && newState) || []);

  const adopted = new Set(resolvePending(killedIn(planned, [])).adopted);
  const members = planned.filter(({ urn }) => adopted.has(urn));
  const groups = groupsOf(members, planned);
  const known = new Set([...resources, ...groups].map(({ urn }) => urn));
  const within = (found: ResourceState) => withinReach(found, known);
  const noted = resolvePending(
    killedIn(members.map(within), [...resources, ...groups.map(within)]),
  ).deployment;
  return { ...deployment, ...noted, pending_operations: pending };
}

/** What an update leaves that was killed in all of these creations. */
function killedIn(creations: readonly ResourceState[], resources: ResourceState[]): Deployment {
  const pending = creations.map((resource) => ({ resource, type: "creating" }));
  return { resources, pending_operations: pending };
}

/** The planned groups that these resources are in, outermost first. */
function groupsOf(
  members: readonly ResourceState[],
  planned: readonly ResourceState[],
): ResourceState[] {
  const parents = new Set(members.map(({ parent }) => parent));
  const groups = planned.filter(({ urn }) => parents.has(urn));
  return groups.length === 0 ? [] : [...groupsOf(groups, planned), ...groups];
}

/** Without what a state must not hold: values that nobody knows yet, and references to what is not in it. */
function withinReach(found: ResourceState, known: ReadonlySet<string>): ResourceState {
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
