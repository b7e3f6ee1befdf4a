import { engine } from "../engine";
import type { DockerProject } from "./dockerProject";
import { secretsIn, stateSecrets } from "./stateSecrets";

/**
 * The secrets of a stack that somebody is shown: by Docker of its containers, by their logs, by the environment and the command lines of
 * their processes, by a dump of the server, or by a command so far.
 *
 * @param more secrets that the state does not name, by what they are
 * @param places more that is shown
 */
export async function shownSecrets(
  project: DockerProject,
  more: Readonly<Record<string, string>>,
  ...places: readonly string[]
): Promise<string[]> {
  const shown: unknown[] = [...places, ...project.transcript];
  for (const program of ["postgresql", "backup"] as const) {
    const container = engine.getContainer(`${project.prefix}-${program}`);
    shown.push(await container.inspect(), await container.top());
    shown.push(await project.container(program).logs());
    const processes = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline";
    shown.push((await project.container(program).run(["sh", "-c", processes])).output);
  }
  // A verifier is as good as a password, and every dump of roles has them.
  const dump = ["pg_dumpall", "--no-role-passwords"];
  shown.push(await project.container("postgresql").succeed(...dump));
  const secrets = new Map([...(await stateSecrets(project)), ...Object.entries(more)]);
  return secretsIn(JSON.stringify(shown), secrets);
}
