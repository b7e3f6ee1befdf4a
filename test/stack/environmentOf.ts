import { join } from "node:path";

// What belongs to the run of the tests, and what would lead Pulumi to another state than the project's own.
const ours = /^(npm_|VITEST|NODE_ENV$|TEST$|FORCE_COLOR$|PULUMI_(?!HOME$))/;

/**
 * The environment of a project's commands: that of the tests, without what they or a login at Pulumi have set.
 *
 * @param projectOfStranger the project's folder, if its commands are run by a user who has no home
 */
export function environmentOf(projectOfStranger: string | undefined): NodeJS.ProcessEnv {
  const outside = Object.entries(process.env).filter(([name]) => !ours.test(name));
  if (projectOfStranger === undefined) return Object.fromEntries(outside);
  const home = join(projectOfStranger, ".hosterizer", "home");
  return { ...Object.fromEntries(outside), HOME: home };
}
