import { randomInt } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";

import { answers, isAlive } from "../../src/server/embedded/serverProcess";

// For all runs on this machine, each of which has a temporary folder of its own.
const claims = join("/tmp", `hosterizer-test-ports-${userInfo().uid}`);

/**
 * A TCP port of the loopback address that is free, and that no other test gets while this process lives: a server that is
 * not up yet, or that a test has stopped, keeps its port.
 *
 * It is below the range of ephemeral ports, so the operating system does not hand it out as the local end of a connection while
 * no server holds it.
 */
export async function freePort(): Promise<number> {
  await mkdir(claims, { recursive: true });
  for (;;) {
    const port = randomInt(15_000, 30_000);
    if ((await claim(port)) && !(await answers(port))) return port;
  }
}

/** Records the owner of the port; false if that is another live process. */
async function claim(port: number): Promise<boolean> {
  const path = join(claims, String(port));
  try {
    await writeFile(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = Number(await readFile(path, "utf8").catch(() => ""));
    // An empty file is being written. The next attempt may take over from a dead process.
    if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
    return false;
  }
}
