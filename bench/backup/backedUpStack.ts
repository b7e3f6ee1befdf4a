import type { DockerProject } from "../../test/docker/stack/dockerProject";
import { makeDockerProject } from "../../test/docker/stack/makeDockerProject";
import type { Run } from "../../test/stack/project";
import { fill } from "./fill";
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
