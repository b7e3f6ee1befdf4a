import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { processesIn } from "./endProcesses";
import { makeProject } from "./makeProject";
import type { Project } from "./project";

/** When a first up is killed: as soon as it prints this, and then a little later. */
export interface Moment {
  what: string;
  printed: RegExp;
  /** Milliseconds. */
  later?: number;
}

/** What is killed: everything that a terminal's end would take with it, or Pulumi alone. */
export type Victim = "the whole command" | "Pulumi alone";

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

async function killFirstUp(
  project: Project,
  { printed, later = 0 }: Moment,
  victim: Victim,
): Promise<void> {
  const up = project.start("up");
  let output = "";
  const seen = new Promise<boolean>((resolve) => {
    up.all.on("data", (text: Buffer) => {
      output += text.toString();
      if (printed.test(output)) resolve(true);
    });
    up.all.once("end", () => {
      resolve(false);
    });
  });
  if (!(await seen)) throw new Error(`up never printed ${String(printed)}:\n${output}`);
  await sleep(later);
  if (up.pid === undefined) throw new Error("up has no process id");
  if (victim === "the whole command") process.kill(-up.pid, "SIGKILL");
  else killPulumi(project);
  const { exitCode, all } = await up;
  if (exitCode === 0) throw new Error(`up came to its end before it was killed:\n${all}`);
}

function killPulumi({ directory }: Project): void {
  const [pulumi, ...others] = processesIn([directory]).filter(({ command }) =>
    /(^|\/)pulumi up /.test(command),
  );
  if (pulumi === undefined || others.length > 0) throw new Error("there is not one Pulumi");
  process.kill(pulumi.pid, "SIGKILL");
}
