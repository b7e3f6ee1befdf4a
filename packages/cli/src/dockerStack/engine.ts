import { createRequire } from "node:module";

import type Dockerode from "dockerode";

import type * as connecting from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import type * as finding from "@hosterizer/postgres/server/dockerEngine/findEngine";
import { UserError } from "@hosterizer/postgres/userError";

const load = createRequire(__filename);
let connected: Dockerode | undefined;

/** The Docker engine of this machine's user; see `findEngine`. */
export function engine(): Dockerode {
  if (connected !== undefined) return connected;
  const { findEngine } = load(
    "@hosterizer/postgres/server/dockerEngine/findEngine",
  ) as typeof finding;
  return (connected = client().connectEngine(findEngine()));
}

/**
 * Checks that a Docker engine answers, before Pulumi asks it for one thing after the other.
 *
 * @throws UserError with the engine's address if it does not
 */
export async function requireEngine(stack: string): Promise<void> {
  const answer = await client().probeEngine();
  if (answer.answers) return;
  throw new UserError(
    `Stack ${stack} runs in Docker, and ${answer.reason}.`,
    `${answer.remedy} Then rerun.`,
  );
}

/** Loaded late: the client takes longer than everything else before Pulumi starts, and stack local does not need it. */
function client(): typeof connecting {
  return load("@hosterizer/postgres/server/dockerEngine/connectEngine") as typeof connecting;
}
