import { rm } from "node:fs/promises";

import { probeEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { removeByPrefix } from "../docker/stack/removeByPrefix";
import { endProcesses } from "../stack/endProcesses";

const [folder = "", prefix = ""] = process.argv.slice(2);

// The run holds the other end, which the kernel closes when it ends, however it ends.
process.stdin.resume().once("end", () => void cleanUp());

/** Ends the processes in the run's folder, and removes the folder and what has the run's name in Docker. */
async function cleanUp(): Promise<void> {
  await endProcesses([folder]);
  await rm(folder, { recursive: true, force: true });
  if ((await probeEngine()).answers) await removeByPrefix(prefix);
}
