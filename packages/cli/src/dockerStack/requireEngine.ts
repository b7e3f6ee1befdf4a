import { createRequire } from "node:module";

import { CommandError } from "../commandError";
import type * as asking from "@hosterizer/docker-engine/engineAnswers";

const load = createRequire(__filename);

/**
 * Sees to it that a Docker engine answers, before Pulumi asks it for one thing after the other.
 *
 * @throws CommandError if none does, with its address
 */
export async function requireEngine(stack: string): Promise<void> {
  // Loaded late, as in `engine`.
  const { engineAnswers } = load("@hosterizer/docker-engine/engineAnswers") as typeof asking;
  const answer = await engineAnswers();
  if (answer.answers) return;
  throw new CommandError(
    `Stack ${stack} runs in Docker, and ${answer.reason}.`,
    `${answer.remedy} Then run the command again.`,
  );
}
