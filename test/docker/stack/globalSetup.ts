import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { failsRun } from "../../failsRun";
import { endProcesses } from "../../stack/endProcesses";
import { keepTranslations, makeTemplate } from "../../stack/template";
import type { DockerProject } from "./dockerProject";
import { makeDockerProject } from "./makeDockerProject";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the copy that all projects with a stack in Docker are made from. */
    dockerTemplate: string;
    /** The project whose stack is up, for tests that change nothing. */
    sharedInDocker: Pick<DockerProject, "directory" | "port" | "poolerPort" | "prefix"> & {
      firstUp: string;
    };
  }
}

/** Copies this project, and brings one stack up in Docker for all the tests that only look at it. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "hosterizer-docker-"));
  let project: DockerProject | undefined;
  const remove = async () => {
    await project?.remove();
    await endProcesses([root]);
    await rm(root, { recursive: true, force: true });
  };
  try {
    const template = join(root, "template");
    await makeTemplate(template);
    provide("dockerTemplate", template);
    project = await makeDockerProject(template, { proof: true });
    const firstUp = await project.up();
    const { directory, port, poolerPort, prefix } = project;
    await keepTranslations(template, directory);
    provide("sharedInDocker", { directory, port, poolerPort, prefix, firstUp });
    return failsRun(remove);
  } catch (error) {
    await remove();
    throw error;
  }
}
