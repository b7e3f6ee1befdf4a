import { inject } from "vitest";

import { takeStack } from "./convergedStack";
import { copyTemplate, type ProjectOptions } from "./copyTemplate";
import type { Project } from "./project";

/** Makes a copy of this project, set up and ready. The caller removes it, also when its test fails. */
export function makeProject(options: ProjectOptions = {}): Promise<Project> {
  return copyTemplate(inject("template"), options);
}

/** As `makeProject`, with its stack up: what the first update of another copy has made. */
export async function makeConvergedProject(options: ProjectOptions = {}): Promise<Project> {
  const project = await makeProject(options);
  try {
    await takeStack(project, inject("converged"));
    return project;
  } catch (error) {
    await project.remove();
    throw error;
  }
}
