import { runTool } from "../runTool";
import { setUp } from "../setUp";

/** `npm test`: every test, on a real server and a real Pulumi. Arguments go to vitest. */
export async function test(args: string[]): Promise<number> {
  await setUp();
  return runTool("vitest", ["run", ...args]);
}
