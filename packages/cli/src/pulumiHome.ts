import { homedir } from "node:os";
import { join } from "node:path";

import { folders } from "./folders";

/**
 * The environment with PULUMI_HOME, the folder of Pulumi's plugins: the user's, or the project's own.
 *
 * The latter keeps what this project brings out of all others.
 */
export function pulumiHome(own: boolean): NodeJS.ProcessEnv {
  return own ? { ...process.env, PULUMI_HOME: folders.pulumiHome } : process.env;
}

/** The user's own PULUMI_HOME, where `pulumi login` keeps what it knows. */
export function usersPulumiHome(): string {
  return process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
}
