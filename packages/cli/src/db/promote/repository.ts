import { CommandError } from "../../commandError";
import { folders } from "../../folders";
import { runQuietly } from "../../runProgram";

/**
 * The commit that this folder is at, if nothing in it differs from that.
 *
 * @throws CommandError with the files that differ
 */
export async function cleanCommit(): Promise<string> {
  const commit = (await git("rev-parse", "HEAD")).trim();
  const changed = (await git("status", "--porcelain")).trimEnd();
  if (changed === "") return commit;
  throw new CommandError(
    `The working tree differs from commit ${commit.slice(0, 12)}:\n${changed}`,
    "Commit it, or stash it: what is promoted is a commit that others can see.",
  );
}

async function git(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runQuietly("git", args, { cwd: folders.project });
  if (code === 0) return stdout;
  throw new CommandError(
    `git ${args.join(" ")} failed: ${stderr.trim()}`,
    "Promote from a clone of the repository.",
  );
}
