import {
  type ClientProgram,
  requireProgram,
  runClientProgram,
  type RunProgram,
} from "@hosterizer/postgres/backup/clientProgram";
import { UserError } from "@hosterizer/postgres/userError";
import { namesInDocker } from "../../dockerStack/dockerObjects";
import { stackEnvironment } from "../../stack/stackEnvironment";
import { say } from "../../terminal";
import { ImagePrograms } from "./imagePrograms";

/**
 * Runs something with the programs that write and read a stack's dumps: this machine's, or those of the server's image where the stack runs
 * in Docker and this machine lacks one, or has one that is older than the server.
 *
 * @param programs those that are needed
 * @param major the server's major version
 * @throws UserError if neither can be used
 */
export async function withClientPrograms<T>(
  stack: string,
  programs: readonly ClientProgram[],
  major: number,
  use: (runProgram: RunProgram) => Promise<T>,
): Promise<T> {
  const fault = await faultOfOwn(programs, major);
  if (fault === undefined) return use(runClientProgram);
  const server = await serverContainer(stack, fault);
  if (server === undefined) throw fault;
  say(`${fault.fault}\nUsing the programs in the image of ${server}.`);
  const image = new ImagePrograms(server);
  try {
    return await use(image.run);
  } finally {
    await image.remove();
  }
}

/** Why this machine's programs cannot be used. */
async function faultOfOwn(
  programs: readonly ClientProgram[],
  major: number,
): Promise<UserError | undefined> {
  try {
    for (const program of programs) await requireProgram(program, major);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** The name of the server's container; undefined if the stack does not run in Docker. */
async function serverContainer(stack: string, fault: UserError): Promise<string | undefined> {
  try {
    return (await namesInDocker(stack, stackEnvironment(stack)))?.containers[0];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${fault.fault} ${error.fault}`, `${error.remedy}\n${fault.remedy}`, {
      cause: error,
    });
  }
}
