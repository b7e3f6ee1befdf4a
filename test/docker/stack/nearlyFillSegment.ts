import type { DockerProject } from "./dockerProject";

/**
 * Has WAL written until a segment has room for a few small transactions: the next ones begin another segment, and so does a recovery
 * that leaves the timeline there.
 */
export async function nearlyFillSegment(project: DockerProject): Promise<void> {
  // A page of WAL has 24 bytes of its own.
  await project.query(
    `select pg_catalog.pg_logical_emit_message(false, 'fill', pg_catalog.repeat('x', (left_over * 8168 / 8192 - 4000)::int4))
       from (select 16777216 - pg_catalog.mod(pg_catalog.pg_current_wal_insert_lsn() - '0/0', 16777216) as left_over) as segment`,
  );
}
