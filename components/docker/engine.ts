import type Dockerode from "dockerode";

import { connectEngine } from "../../toolchain/docker/connectEngine";
import { findEngine } from "../../toolchain/docker/findEngine";

let connected: Dockerode | undefined;

/** The Docker engine that the docker plugin talks to: see `findEngine`. */
export function engine(): Dockerode {
  return (connected ??= connectEngine(findEngine()));
}
