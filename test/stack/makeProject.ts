import { inject } from "vitest";

import { takeStack } from "./convergedStack";
import { copyTemplate, type ProjectOptions } from "./copyTemplate";
import type { Project } from "./project";
import { sharedStack } from "./sharedStack";

/** Copies this project, set up and ready to use. The caller removes the copy, even when its test fails. */
export function makeProject(options: ProjectOptions = {}): Promise<Project> {
  return copyTemplate(inject("template"), options);
}

/** As `makeProject`, with its stack up, copied from one after its first update. */
export async function makeConvergedProject(options: ProjectOptions = {}): Promise<Project> {
  const project = await makeProject(options);
  try {
    await takeStack(project, (await sharedStack()).converged);
    return project;
  } catch (error) {
    await project.remove();
    throw error;
  }
}
