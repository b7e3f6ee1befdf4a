import type { DockerProject } from "../../test/docker/stack/dockerProject";

/** How many segments of WAL are full and not archived yet. */
export async function waitingSegments(project: DockerProject): Promise<number> {
  const [waiting] = await project.query<{ count: number }>(
    "select pg_catalog.count(*)::int4 as count from pg_catalog.pg_ls_archive_statusdir() where name ~ 'ready$'",
  );
  return waiting?.count ?? NaN;
}
