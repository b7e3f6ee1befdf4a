import { expect } from "vitest";

import { processesIn } from "./endProcesses";
import { killFirstUp, type Moment, type Victim } from "./killFirstUp";
import { makeProject } from "./makeProject";
import type { Project } from "./project";

/** Kills a first up at a moment, and proves that the next one converges. */
export async function proveThatTheNextUpConverges(moment: Moment, victim: Victim): Promise<void> {
  const project = await makeProject();
  try {
    await killFirstUp(project, moment, victim);

    await project.succeed("up");

    const { superuser, roles } = await project.secrets();
    expect(superuser).toHaveLength(32);
    expect(Object.keys(roles)).toHaveLength(5);
    for (const role of Object.keys(roles)) {
      await expect(project.query("select current_user as me", role)).resolves.toEqual([
        { me: role },
      ]);
    }
    expect(await project.npm("drift")).toMatchObject({ code: 0 });
    // A program may still be ending when its Pulumi has ended.
    await expect.poll(() => leftOver(project), { timeout: 5_000 }).toEqual([]);
  } finally {
    await project.remove();
  }
}

/** Pulumi's processes: all commands have ended. */
function leftOver({ directory }: Project): string[] {
  const found = processesIn([directory]).map(({ command }) => command);
  return found.filter((command) => command.includes("pulumi"));
}
