import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const project = resolve(__dirname, "../../..");
const own = join(project, ".hosterizer");

/** Where things are. Everything that the set-up installs is in the git-ignored .hosterizer, so no other project ever loads it. */
export const folders = {
  /** The clone. */
  project,
  /** Everything that a run creates. */
  own,
  /** Pulumi's programs, where the machine has none. */
  toolchain: join(own, "toolchain"),
  /** PULUMI_HOME, where the toolchain or a plugin is the project's own. */
  pulumiHome: join(own, "pulumi-home"),
  /** State of the stacks that have no other backend. */
  state: join(own, "state"),
  /** Configuration files of those stacks, with their salts and secrets. */
  config: join(own, "config"),
  /** The passphrase that encrypts the secrets of those stacks. */
  passphrase: join(own, "passphrase"),
  /** Logs of Pulumi, where one is asked for. They have passwords. */
  logs: join(own, "logs"),
  /** First on the PATH in `npm run shell`. */
  shell: join(own, "shell"),
} as const;

/**
 * The environment with PULUMI_HOME, the folder of Pulumi's plugins: the user's, or the project's own.
 *
 * The latter keeps the project's plugins out of all other projects.
 */
export function pulumiHome(ownHome: boolean): NodeJS.ProcessEnv {
  return ownHome ? { ...process.env, PULUMI_HOME: folders.pulumiHome } : process.env;
}

/** The user's own PULUMI_HOME, which holds what `pulumi login` stores. */
export function usersPulumiHome(): string {
  return process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
}

/** The first executable file called `name` on `path`. Skips the project's own folder, whose `pulumi` would find itself. */
export function findOnPath(name: string, path = process.env["PATH"] ?? ""): string | undefined {
  return withoutOwnFolders(path)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** The folders of `path` that are not the project's own. */
export function withoutOwnFolders(path: string): string[] {
  return path.split(delimiter).filter((folder) => folder !== "" && !folder.startsWith(own));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
