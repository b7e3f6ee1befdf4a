import type { DockerProject } from "../../test/docker/stack/dockerProject";
import { renderTurns, type Turns } from "./turns";

/** SQL for a superuser: four times as much again, in a table of the owner's. */
const fillMore = `
create table public.bench_more as
select d.*, pg_catalog.md5(d.id::text || n) as other
  from public.deployments as d, pg_catalog.generate_series(1, 5) as n;
alter table public.bench_more owner to hosterizer_owner;
grant select on public.bench_more to app_backup`;

/** Measures with the rows that the stack has, and with five times as many: what a way needs to start counts less then. */
export async function ofTwoSizes(
  project: DockerProject,
  measure: () => Promise<Turns>,
): Promise<{ size: string; turns: Turns }[]> {
  const small = await measure();
  console.log(renderTurns(small));
  process.stderr.write("making it larger …\n");
  await project.query(fillMore);
  try {
    const large = await measure();
    console.log(renderTurns(large));
    return [
      { size: "300 MB", turns: small },
      { size: "1.5 GB", turns: large },
    ];
  } finally {
    await project.query("drop table public.bench_more");
  }
}
