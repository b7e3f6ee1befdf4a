import type { ManagedServer } from "../../managed/managedServer";
import { makeProject } from "../makeProject";
import type { Project } from "../project";

/** The variable that holds the deploy role's password unless a key names another. */
export const passwordVariable = "HOSTERIZER_DEPLOY_PASSWORD";

/** A copy of this project whose stack `prod` is on an existing server. The caller removes both, even when its test fails. */
export async function makeProdProject(
  server: ManagedServer,
  keys: Readonly<Record<string, string | number>> = {},
): Promise<Project> {
  const project = await makeProject();
  await configure(project, server, keys);
  return project;
}

/** Replaces its Pulumi.prod.yaml. */
export function configure(
  project: Project,
  { host, port, authorityFile }: ManagedServer,
  keys: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  const all = {
    instance: "external",
    host,
    port,
    sslrootcert: authorityFile,
    deployRole: "deploy",
    proof: "false",
    ...keys,
  };
  const lines = Object.entries(all).map(
    ([key, value]) => `  hosterizer-database:${key}: ${JSON.stringify(value)}\n`,
  );
  return project.write("Pulumi.prod.yaml", `config:\n${lines.join("")}`);
}
