import type { DockerProject } from "../../test/docker/stack/dockerProject";
import { makeDockerProject } from "../../test/docker/stack/makeDockerProject";
import type { Run } from "../../test/stack/project";
import { poll } from "./poll";

/** A stack in Docker with 300 MB of rows, a full backup of them, and what its benchmarks do with it. */
export interface BackedUpStack {
  project: DockerProject;
  /** Runs `npm run db -- …` on the stack. @throws if it fails */
  db: (...words: string[]) => Promise<Run & { seconds: number }>;
  /** Has everything archived that is committed. */
  archive: () => Promise<void>;
}

/** Brings a stack up, with the backups that it has by default, and fills it. The caller removes its project. */
export async function startBackedUpStack(template: string): Promise<BackedUpStack> {
  const project = await makeDockerProject(template, { backups: true });
  try {
    process.stderr.write("bringing a stack up …\n");
    await project.up();
    const stack = { project, db: commandsOf(project), archive: () => archiveAll(project) };
    process.stderr.write("filling it …\n");
    await project.query(fill);
    // As autovacuum leaves a database a minute later.
    await project.query("vacuum analyze");
    const [size] = await project.query<{ megabytes: string }>(
      "select (pg_catalog.pg_database_size(current_database()) / 1e6)::int4::text as megabytes",
    );
    console.log(`the database has ${size?.megabytes ?? ""} MB`);
    await poll("the first backup", async () => {
      const { stdout } = await project.npm("-s", "db", "--", "backups", "--json", "--stack", "dev");
      return stdout.includes('"label"');
    });
    await stack.db("backup", "--full");
    return stack;
  } catch (error) {
    await project.remove();
    throw error;
  }
}

function commandsOf(project: DockerProject): BackedUpStack["db"] {
  return async (...words) => {
    const start = performance.now();
    const run = await project.npm("-s", "db", "--", ...words, "--stack", "dev");
    const seconds = (performance.now() - start) / 1000;
    if (run.code === 0) return { ...run, seconds };
    throw new Error(`db ${words.join(" ")} exited with ${String(run.code)}:\n${run.output}`);
  };
}

async function archiveAll(project: DockerProject): Promise<void> {
  const [row] = await project.query<{ name: string }>(
    "select pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal()) as name",
  );
  const archiver = "select last_archived_wal as name from pg_catalog.pg_stat_archiver";
  await poll(`${row?.name ?? ""} in the archive`, async () => {
    const [last] = await project.query<{ name: string | null }>(archiver);
    return (last?.name ?? "").slice(8) >= (row?.name ?? "").slice(8);
  });
}

/** SQL for a superuser: about 300 MB of sites with their deployments, whose plans are half words and half hashes, and bills. */
const fill = `
truncate public.users restart identity cascade;
set session_replication_role = replica;
insert into public.users (email, full_name, password_hash)
select 'u' || n || '@example.com', 'User ' || n, md5(n::text) from generate_series(1, 1000) as n;
insert into public.customers (owner_user_id, name)
select n, 'Customer ' || n from generate_series(1, 1000) as n;
insert into public.sites (customer_id, name, domain, cloud_provider, region)
select 1 + n % 1000, 'Site ' || n, 's' || n || '.example.com', (array['aws', 'azure', 'gcp'])[1 + n % 3], 'eu'
  from generate_series(1, 10000) as n;
insert into public.deployments (customer_id, site_id, terraform_plan)
select customer_id, id, (
         select string_agg(format('+ resource "aws_instance" "web_%s" { ami = "ami-%s" subnet_id = "subnet-%s" }', part,
                                  left(md5(format('%s %s %s', id, run, part)), 17), left(md5(format('%s %s', part, id)), 17)), E'\\n')
           from generate_series(1, 10) as part)
  from public.sites, generate_series(1, 18) as run;
insert into public.cost_records (customer_id, site_id, cost_date, amount, currency, breakdown)
select customer_id, id, date '2026-01-01' + day, (id * day) % 100, 'EUR',
       jsonb_build_object('compute', id % 60, 'storage', day % 40)
  from public.sites, generate_series(1, 30) as day;
set session_replication_role = origin;
`;
