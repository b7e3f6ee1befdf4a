import { join } from "node:path";

// Variables of the test run, and those that would point Pulumi at a state other than the project's own.
const ours = /^(npm_|INIT_CWD$|VITEST|NODE_ENV$|TEST$|FORCE_COLOR$|PULUMI_(?!HOME$))/;

/**
 * The environment of a project's commands: that of the tests, without what the test run or a login to Pulumi has set.
 *
 * @param projectOfStranger the project's folder, if its commands are run by a user without a home, who may not write where the tests may
 */
export function environmentOf(projectOfStranger: string | undefined): NodeJS.ProcessEnv {
  const outside = Object.entries(process.env).filter(([name]) => !ours.test(name));
  if (projectOfStranger === undefined) return Object.fromEntries(outside);
  const home = join(projectOfStranger, ".hosterizer", "home");
  return { ...Object.fromEntries(outside), HOME: home, TMPDIR: home };
}
