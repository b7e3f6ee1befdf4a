import { inject } from "vitest";

import { copyTemplate, type ProjectOptions } from "./copyTemplate";
import type { Project } from "./project";

/** Makes a copy of this project, set up and ready. The caller removes it, also when its test fails. */
export function makeProject(options: ProjectOptions = {}): Promise<Project> {
  return copyTemplate(inject("template"), options);
}
