import { setTimeout as sleep } from "node:timers/promises";

import { processesIn } from "./endProcesses";
import type { Project } from "./project";

/** When a first up is killed: as soon as it prints this, or a little later. */
export interface Moment {
  what: string;
  printed: RegExp;
  /** Milliseconds. */
  later?: number;
}

/** What is killed: everything that closing the terminal would end, or Pulumi alone. */
export type Victim = "the whole command" | "Pulumi alone";

/** Starts an up, kills it at a moment, and waits for its exit. @param command as `npm run` takes it */
export async function killFirstUp(
  project: Project,
  { printed, later = 0 }: Moment,
  victim: Victim,
  command: readonly string[] = ["up"],
): Promise<void> {
  const up = project.start(...command);
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
  if (exitCode === 0) throw new Error(`up finished before it was killed:\n${all}`);
}

function killPulumi({ directory }: Project): void {
  const [pulumi, ...others] = processesIn([directory]).filter(({ command }) =>
    /(^|\/)pulumi up /.test(command),
  );
  if (pulumi === undefined || others.length > 0)
    throw new Error("expected exactly one Pulumi process");
  process.kill(pulumi.pid, "SIGKILL");
}
