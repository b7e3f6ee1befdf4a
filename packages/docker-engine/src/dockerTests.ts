import { CommandError } from "@hosterizer/cli/commandError";
import type { EngineAnswer } from "./engineAnswers";

/** What `npm test` gives to vitest, and says before. */
export interface ChosenTests {
  args: string[];
  remark?: string;
}

/**
 * Leaves out the tests that need a Docker engine where none answers, unless the user asks for them: then they run, and fail
 * with the reason.
 *
 * @param args the user's own, for vitest. Where they name projects, these are taken.
 * @param wanted `HOSTERIZER_DOCKER`; "required" makes a missing engine a failure
 * @throws CommandError if the engine is required and missing, or `wanted` is anything else
 */
export async function dockerTests(
  args: readonly string[],
  wanted: string | undefined,
  ask: () => Promise<EngineAnswer>,
): Promise<ChosenTests> {
  const required = wanted === "required";
  if (!required && wanted !== undefined && wanted !== "") {
    throw new CommandError(
      `HOSTERIZER_DOCKER: "${wanted}" is not known.`,
      'Set it to "required" to make a missing Docker engine a failure, or unset it.',
    );
  }
  if (args.some(namesTests)) return { args: [...args] };
  const answer = await ask();
  if (answer.answers) return { args: [...args] };
  const { reason, remedy } = answer;
  if (required) {
    throw new CommandError(`HOSTERIZER_DOCKER is "required", but ${reason}.`, remedy);
  }
  return {
    args: ["--project=!docker*", ...args],
    remark: `Docker tests are skipped: ${reason}.\nTo run them: ${remedy} HOSTERIZER_DOCKER=required makes this a failure.`,
  };
}

/** Whether an argument says for itself if Docker's tests are to run. */
function namesTests(argument: string): boolean {
  return /^--project(=|$)/.test(argument) || /(^|\/)test\/docker(\/|$)/.test(argument);
}
