import { escapeIdentifier, escapeLiteral } from "pg";

import { engine } from "../../test/docker/engine";
import type { DockerProject } from "../../test/docker/stack/dockerProject";
import type { TestContainer } from "../../test/docker/testContainer";
import { poll } from "./poll";

/** Changes settings of a stack's running server, and waits until they are in force. Values without a unit. */
export async function setOnServer(
  project: DockerProject,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await project.query(`alter system set ${escapeIdentifier(name)} = ${escapeLiteral(value)}`);
  await project.query("select pg_catalog.pg_reload_conf()");
  for (const [name, value] of Object.entries(settings))
    await poll(`${name} = ${value}`, async () => (await readSetting(project, name)) === value);
}

/** A setting's value, as a new session finds it. */
export async function readSetting(project: DockerProject, name: string): Promise<string> {
  const [row] = await project.query<{ value: string }>(
    `select setting as value from pg_catalog.pg_settings where name = ${escapeLiteral(name)}`,
  );
  return row?.value ?? "";
}

/** How many segments of WAL are full and not archived yet. */
export async function waitingSegments(project: DockerProject): Promise<number> {
  const [waiting] = await project.query<{ count: number }>(
    "select pg_catalog.count(*)::int4 as count from pg_catalog.pg_ls_archive_statusdir() where name ~ 'ready$'",
  );
  return waiting?.count ?? NaN;
}

/** Seconds that the processes of containers have computed so far. Other work on the machine changes them much less than it changes time. */
export async function computingOf(...containers: readonly TestContainer[]): Promise<number> {
  let nanoseconds = 0;
  for (const { id } of containers) {
    const once = { stream: false, "one-shot": true } as const;
    const { cpu_stats: cpu } = await engine.getContainer(id).stats(once);
    nanoseconds += cpu.cpu_usage.total_usage;
  }
  return nanoseconds / 1e9;
}
