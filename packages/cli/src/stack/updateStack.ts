import { UserError } from "@hosterizer/postgres/userError";
import { runPulumi } from "../runProgram";
import { say } from "../terminal";
import { findOtherUpdate } from "./locks";

/**
 * Runs a command of Pulumi that changes a stack.
 *
 * If it fails while another update holds the stack, that is said last. Pulumi's own message may be no more than
 * "unexpected end of JSON input", when the other one was just writing its lock.
 *
 * @returns Pulumi's exit code
 */
export async function updateStack(
  stack: string,
  [command, ...args]: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const code = await runPulumi([command, "--stack", stack, ...args], environment);
  const other = code === 0 ? undefined : findOtherUpdate(stack);
  if (other !== undefined) say(`${other}\nWait until it ends, then rerun.`);
  return code;
}

/**
 * Brings up the server of a stack, and nothing else of it. Refreshes only the server too, so that an unreachable server is
 * asked nothing.
 *
 * @param agreed Pulumi's options for an update that the user has agreed to; none: Pulumi shows it and asks
 * @param kind the component that is the server, with everything in it
 * @throws UserError if that fails
 */
export async function bringUpInstance(
  stack: string,
  environment: NodeJS.ProcessEnv,
  agreed: readonly string[],
  kind: "DockerInstance" | "ExternalInstance" = "DockerInstance",
): Promise<void> {
  // The server looks at the repositories of its backups before it starts, and needs their keys for that.
  const backup = ["**hosterizer:index:Backup::backup", "**::backup-key"];
  const targets = [`**hosterizer:index:${kind}**`, ...(kind === "DockerInstance" ? backup : [])];
  const words = targets.flatMap((target) => ["--target", target]);
  // The rest follows: until then the roles of a recovered server have none of the passwords that the proof would log in with.
  const alone = { ...environment, HOSTERIZER_SERVER_ALONE: "true" };
  const code = await updateStack(stack, ["up", ...words, ...agreed], alone);
  if (code === 0) return;
  throw new UserError(
    `The server of stack ${stack} could not be brought up (see above).`,
    "Fix it and rerun.",
  );
}
