import { inject } from "vitest";

import { DockerProject } from "./dockerProject";

/** The project whose stack is up in Docker for all tests: look, and change nothing. */
export function sharedInDocker(): DockerProject {
  const { directory, port, poolerPort, prefix } = inject("sharedInDocker");
  return new DockerProject(directory, port, poolerPort, prefix);
}
