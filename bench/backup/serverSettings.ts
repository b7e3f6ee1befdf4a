import { escapeIdentifier, escapeLiteral } from "pg";

import type { DockerProject } from "../../test/docker/stack/dockerProject";
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
