import { randomBytes } from "node:crypto";

import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { copyTemplate, type ProjectOptions } from "../../stack/copyTemplate";
import { builtImage } from "../builtImage";
import { DockerProject } from "./dockerProject";

/** Makes a copy of a template, set up and ready. The caller removes it, also when its test fails. */
export async function makeDockerProject(
  template: string,
  options: Pick<ProjectOptions, "proof"> = {},
): Promise<DockerProject> {
  // They hold the layers that this stack's images are built of. With the last stack that has them, Docker would remove those,
  // and the next would install every package again.
  for (const target of ["postgresql", "pgbouncer"] as const) await builtImage(target);
  const { directory } = await copyTemplate(template, options);
  const prefix = `hosterizer-test-${randomBytes(4).toString("hex")}`;
  const project = new DockerProject(directory, await freePort(), await freePort(), prefix);
  const file = "Pulumi.dev.yaml";
  await project.edit(file, ":port: 5434", `:port: ${project.port}`);
  await project.edit(file, ":poolerPort: 6432", `:poolerPort: ${project.poolerPort}`);
  await project.write(
    file,
    `${await project.read(file)}  hosterizer-database:dockerName: ${prefix}\n`,
  );
  return project;
}
