import { randomBytes } from "node:crypto";

import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { copyTemplate, type ProjectOptions } from "../../stack/copyTemplate";
import { DockerProject } from "./dockerProject";

/** Makes a copy of a template, set up and ready. The caller removes it, also when its test fails. */
export async function makeDockerProject(
  template: string,
  options: Pick<ProjectOptions, "proof"> = {},
): Promise<DockerProject> {
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
