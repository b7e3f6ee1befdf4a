import type Dockerode from "dockerode";

import { connectEngine } from "@hosterizer/docker-engine/connectEngine";
import { findEngine } from "@hosterizer/docker-engine/findEngine";

let connected: Dockerode | undefined;

/** The Docker engine that the docker plugin talks to: see `findEngine`. */
export function engine(): Dockerode {
  return (connected ??= connectEngine(findEngine()));
}
