/** What the engine knows of a stack, all by names with one prefix. */
export interface DockerNames {
  containers: readonly string[];
  /** Containers that an update makes beside them for a moment, and that a killed one leaves. */
  twins: readonly string[];
  network: string;
  /** The volumes that an update makes anew. */
  configuration: readonly string[];
  /** The volume with the database, which outlives the stack. */
  data: string;
  /** Repositories of the images. */
  images: readonly string[];
}

/** @param prefix `dockerName` in the stack's settings */
export function dockerNames(prefix: string): DockerNames {
  const programs = [`${prefix}-postgresql`, `${prefix}-pgbouncer`];
  return {
    containers: programs,
    twins: programs.map((name) => `${name}-twin`),
    network: prefix,
    configuration: programs.map((name) => `${name}-configuration`),
    data: `${prefix}-data`,
    images: programs,
  };
}
