import { createRequire } from "node:module";

import type Dockerode from "dockerode";

import type * as connecting from "../docker/connectEngine";
import type * as finding from "../docker/findEngine";

const load = createRequire(__filename);
let connected: Dockerode | undefined;

/** The Docker engine of this machine's user; see `findEngine`. */
export function engine(): Dockerode {
  if (connected !== undefined) return connected;
  // Loaded late: its client takes longer than all else before Pulumi starts, and stack local has no use for it.
  const { connectEngine } = load("../docker/connectEngine") as typeof connecting;
  const { findEngine } = load("../docker/findEngine") as typeof finding;
  return (connected = connectEngine(findEngine()));
}
