import { expect } from "vitest";

import { processesIn } from "./endProcesses";
import type { Project } from "./project";

/** Proves that an up converges, whatever has become of those before. */
export async function proveThatUpConverges(project: Project): Promise<void> {
  await project.succeed("up");

  const { superuser, roles } = await project.secrets();
  expect(superuser).toHaveLength(32);
  expect(Object.keys(roles)).toHaveLength(5);
  for (const role of Object.keys(roles)) {
    await expect(project.query("select current_user as me", role)).resolves.toEqual([{ me: role }]);
  }
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
  // A program may still be ending when its Pulumi has ended.
  await expect.poll(() => leftOver(project), { timeout: 5_000 }).toEqual([]);
}

/** Pulumi's processes: all commands have ended. */
function leftOver({ directory }: Project): string[] {
  const found = processesIn([directory]).map(({ command }) => command);
  return found.filter((command) => command.includes("pulumi"));
}
