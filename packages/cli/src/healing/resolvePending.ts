/** As much of Pulumi's deployment format as is needed here; everything else is passed through as it is. */
export interface Deployment {
  resources?: ResourceState[];
  pending_operations?: { resource: ResourceState; type: string }[];
}

export interface ResourceState {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  deletedWith?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
}

/** The types that PostgreSQL refuses to make a second time. Their id is their name. */
const adoptable: readonly string[] = [
  "postgresql:index/role:Role",
  "postgresql:index/database:Database",
];

/** A deployment without interrupted creations, and what was decided about each. */
export interface Resolution {
  deployment: Deployment;
  /** May exist: noted as existing, and the refresh before the update finds out. */
  adopted: string[];
  /** Will be made again, which does no harm. */
  cleared: string[];
}

/**
 * Decides about the creations that a killed update left open, which Pulumi keeps in the state and asks a person about.
 *
 * A role or database that was made but not noted would fail the next update with "already exists". Noted as made when it
 * was not, the refresh that each update begins with drops it again. Everything else in this project may be made twice.
 * No resource is ever taken out of the state.
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
