import { randomBytes } from "node:crypto";

import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { copyTemplate, type ProjectOptions } from "../../stack/copyTemplate";
import { builtImage } from "../builtImage";
import { DockerProject } from "./dockerProject";
import { runPrefix } from "../../run/runPrefix";

/** Copies a template, set up and ready to use. The caller removes the copy, even when its test fails. */
export async function makeDockerProject(
  template: string,
  { backups = false, ...options }: Pick<ProjectOptions, "proof"> & { backups?: boolean } = {},
): Promise<DockerProject> {
  // They hold the layers of this stack's images. Docker would remove those together with the last stack that uses them,
  // and the next stack would install every package again.
  for (const target of ["postgresql", "pgbouncer"] as const) await builtImage(target);
  const { directory } = await copyTemplate(template, options);
  const prefix = `${runPrefix()}${randomBytes(4).toString("hex")}`;
  const project = new DockerProject(directory, await freePort(), await freePort(), prefix);
  const file = "Pulumi.dev.yaml";
  await project.edit(file, ":port: 5434", `:port: ${project.port}`);
  await project.edit(file, ":poolerPort: 6432", `:poolerPort: ${project.poolerPort}`);
  await project.write(
    file,
    `${await project.read(file)}  hosterizer-database:dockerName: ${prefix}\n`,
  );
  // Their container takes as long as the rest of an update, and only some tests are about it.
  if (!backups) {
    const off = "  hosterizer-database:backup: { repositories: [] }\n";
    await project.write(file, `${await project.read(file)}${off}`);
  }
  return project;
}
