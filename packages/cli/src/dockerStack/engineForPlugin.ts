import { createRequire } from "node:module";

import type * as describing from "@hosterizer/docker-engine/engineEnvironment";
import type * as finding from "@hosterizer/docker-engine/findEngine";
import { readDockerSettings } from "./readDockerSettings";

const load = createRequire(__filename);

/**
 * What leads the official docker plugin to the engine that this stack's commands talk to: it reads `DOCKER_HOST`, and no
 * context of Docker's client.
 *
 * @returns nothing for a stack without Docker, and where the plugin finds the engine by itself
 * @throws CommandError if what the user has set leads nowhere
 */
export function engineForPlugin(stack: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if ((environment["DOCKER_HOST"] ?? "") !== "") return {};
  if (readDockerSettings(stack, environment) === undefined) return {};
  // Loaded late: stack local has no use for them.
  const { findEngine } = load("@hosterizer/docker-engine/findEngine") as typeof finding;
  const { engineEnvironment } = load(
    "@hosterizer/docker-engine/engineEnvironment",
  ) as typeof describing;
  const address = findEngine(environment);
  return address.url === usualSocket ? {} : engineEnvironment(address);
}

const usualSocket = "unix:///var/run/docker.sock";
