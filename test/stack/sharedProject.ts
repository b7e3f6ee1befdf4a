import { inject } from "vitest";

import { Project } from "./project";

/** The project whose stack is up for all tests, none of which may change it. */
export function sharedProject(): Project {
  const { directory, port } = inject("shared");
  return new Project(directory, port);
}
