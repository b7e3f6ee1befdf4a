import { createRequire } from "node:module";

import type Dockerode from "dockerode";

import type * as connecting from "@hosterizer/docker-engine/connectEngine";
import type * as finding from "@hosterizer/docker-engine/findEngine";

const load = createRequire(__filename);
let connected: Dockerode | undefined;

/** The Docker engine of this machine's user; see `findEngine`. */
export function engine(): Dockerode {
  if (connected !== undefined) return connected;
  // Loaded late: its client takes longer than all else before Pulumi starts, and stack local has no use for it.
  const { connectEngine } = load("@hosterizer/docker-engine/connectEngine") as typeof connecting;
  const { findEngine } = load("@hosterizer/docker-engine/findEngine") as typeof finding;
  return (connected = connectEngine(findEngine()));
}
