import {
  type EngineAnswer,
  probeEngine,
} from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { UserError } from "@hosterizer/postgres/userError";
import { runTool } from "../runProgram";
import { say } from "../terminal";
import { setUp } from "../setUp/setUp";

/**
 * `npm test`: every test, on a real server, a real Pulumi and, where there is one, a real Docker engine. Arguments go to
 * vitest.
 */
export async function test(args: string[]): Promise<number> {
  const chosen = await chooseTests(args, process.env["HOSTERIZER_DOCKER"], () => probeEngine());
  if (chosen.remark !== undefined) say(chosen.remark);
  await setUp();
  return runTool("vitest", ["run", ...chosen.args]);
}

/** Arguments for vitest, and what to tell the user first. */
interface ChosenTests {
  args: string[];
  remark?: string;
}

/**
 * Leaves out the tests that need a Docker engine where none answers, unless the user asks for them: then they run, and fail
 * with the reason.
 *
 * @param args the user's own, for vitest. If they name projects, those run.
 * @param wanted `HOSTERIZER_DOCKER`; "required" makes a missing engine a failure
 * @throws UserError if the engine is required and missing, or if `wanted` has any other value
 */
export async function chooseTests(
  args: readonly string[],
  wanted: string | undefined,
  probe: () => Promise<EngineAnswer>,
): Promise<ChosenTests> {
  const required = wanted === "required";
  if (!required && wanted !== undefined && wanted !== "") {
    throw new UserError(
      `HOSTERIZER_DOCKER: "${wanted}" is not a known value.`,
      'Set it to "required" to make a missing Docker engine a failure, or unset it.',
    );
  }
  if (args.some(selectsTests)) return { args: [...args] };
  const answer = await probe();
  if (answer.answers) return { args: [...args] };
  const { reason, remedy } = answer;
  if (required) {
    throw new UserError(`HOSTERIZER_DOCKER is "required", but ${reason}.`, remedy);
  }
  return {
    args: ["--project=!docker*", ...args],
    remark: `Docker tests are skipped: ${reason}.\nTo run them: ${remedy} HOSTERIZER_DOCKER=required makes this a failure.`,
  };
}

/** Whether an argument decides by itself if the Docker tests run. */
function selectsTests(argument: string): boolean {
  return /^--project(=|$)/.test(argument) || /(^|\/)test\/docker(\/|$)/.test(argument);
}
