import { spawn } from "node:child_process";
import { join } from "node:path";

import { CommandError } from "./commandError";
import { folders } from "./folders";
import { readSetUp, type SetUpRecord } from "./setUpRecord";

/**
 * Sees to it that Pulumi and the plugins are there. Costs a few milliseconds when they are.
 *
 * The work itself is a process of its own, so that a command that finds everything ready loads nothing of it.
 */
export async function setUp(): Promise<SetUpRecord> {
  const ready = readSetUp();
  if (ready !== undefined) return ready;
  const program = join(__dirname, "performSetUp.ts");
  const tsx = join(folders.project, "node_modules", "tsx", "dist", "cli.mjs");
  const code = await new Promise<number | null>((resolve, reject) => {
    // Nothing of it belongs into the output of the command that the user asked for.
    const child = spawn(process.execPath, [tsx, program], { stdio: ["ignore", 2, 2] });
    child.once("error", reject);
    child.once("exit", resolve);
  });
  const made = readSetUp();
  if (code === 0 && made !== undefined) return made;
  throw new CommandError(
    "The set-up did not come to its end; the reason is above.",
    "Mend it and run the command again: it goes on from where it stopped.",
  );
}
