import { dockerTests } from "@hosterizer/docker-engine/dockerTests";
import { engineAnswers } from "@hosterizer/docker-engine/engineAnswers";
import { runTool } from "../runTool";
import { say } from "../say";
import { setUp } from "../setUp";

/**
 * `npm test`: every test, on a real server, a real Pulumi and, where there is one, a real Docker engine. Arguments go to
 * vitest.
 */
export async function test(args: string[]): Promise<number> {
  const chosen = await dockerTests(args, process.env["HOSTERIZER_DOCKER"], () => engineAnswers());
  if (chosen.remark !== undefined) say(chosen.remark);
  await setUp();
  return runTool("vitest", ["run", ...chosen.args]);
}
