import { join, resolve } from "node:path";

const project = resolve(__dirname, "../../..");
const own = join(project, ".hosterizer");

/** Where things are. All that is set up lies in the git-ignored .hosterizer, so that no other project ever loads it. */
export const folders = {
  /** The clone. */
  project,
  /** Everything that a run makes. */
  own,
  /** Pulumi's programs, where the machine has none. */
  toolchain: join(own, "toolchain"),
  /** PULUMI_HOME, where the toolchain or a plugin is the project's own. */
  pulumiHome: join(own, "pulumi-home"),
  /** State of the stacks that have no other backend. */
  state: join(own, "state"),
  /** Configuration files of those stacks, with their salts and secrets. */
  config: join(own, "config"),
  /** What encrypts the secrets of those stacks. */
  passphrase: join(own, "passphrase"),
  /** First on the PATH in `npm run shell`. */
  shell: join(own, "shell"),
} as const;
