import { folders } from "./folders";
import { runQuietly } from "./pulumi/runQuietly";

/** Runs `pulumi` in the project folder and returns what it printed. Nothing is shown. @throws Error with its messages. */
export async function askPulumi(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await runQuietly("pulumi", [...args, "--non-interactive"], {
    cwd: folders.project,
    env: environment,
    ...(input === undefined ? {} : { input }),
  });
  if (code === 0) return stdout;
  throw new Error(`pulumi ${args.join(" ")} failed:\n${(stderr || stdout).trim()}`);
}
