import { expect } from "vitest";

import { processesIn } from "./endProcesses";
import type { Project } from "./project";

/** Proves that an up converges, however the previous ones ended. */
export async function proveThatUpConverges(project: Project): Promise<void> {
  await project.succeed("up");

  const { superuser, roles } = await project.secrets();
  expect(superuser).toHaveLength(32);
  expect(Object.keys(roles)).toHaveLength(5);
  for (const role of Object.keys(roles)) {
    await expect(project.query("select current_user as me", role)).resolves.toEqual([{ me: role }]);
  }
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
  // A program may outlive its Pulumi for a moment.
  await expect.poll(() => leftOver(project), { timeout: 5_000 }).toEqual([]);
}

/** The Pulumi processes that remain after all commands have exited. */
function leftOver({ directory }: Project): string[] {
  const found = processesIn([directory]).map(({ command }) => command);
  return found.filter((command) => command.includes("pulumi"));
}
