import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { describe, expect, test } from "vitest";

import { readPidFile } from "@hosterizer/postgres/server/embedded/serverProcess";
import type { ProjectOptions } from "./copyTemplate";
import { makeProject } from "./makeProject";
import type { Project } from "./project";
import { sharedProject } from "./sharedStack";

// Exists on every system, and is not the account that runs the servers root starts.
const stranger = { uid: idOf("-u", "daemon"), gid: idOf("-g", "daemon") };

function idOf(flag: "-u" | "-g", user: string): number {
  return Number(spawnSync("id", [flag, user], { encoding: "utf8" }).stdout);
}

async function withProject(options: ProjectOptions, prove: (project: Project) => Promise<void>) {
  const project = await makeProject(options);
  try {
    await prove(project);
  } finally {
    await project.remove();
  }
}

/** The user id of the server's process. */
async function serverUser(project: Project): Promise<number> {
  const { pid } = await readPidFile(project.server.data);
  return (await stat(`/proc/${String(pid)}`)).uid;
}

// Without root, every other test covers the first of these, and the others cannot run.
describe.skipIf(process.getuid?.() !== 0)("as root,", () => {
  test("an ordinary user brings up a server that runs as that user, inside the clone", () =>
    withProject({ account: stranger, proof: true }, async (project) => {
      await project.succeed("up");

      expect(await serverUser(project)).toBe(stranger.uid);
      expect(project.server.data).toBe(join(project.directory, ".hosterizer/postgres/local/data"));
      expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n/);
      await project.succeed("destroy", "--", "--yes");
      expect(existsSync(project.server.directory)).toBe(false);
    }));

  test("root brings up a server that runs as an account of its own, inside the clone", async () => {
    const project = await sharedProject();

    expect(await serverUser(project)).toBe(idOf("-u", "hosterizer-database"));
    expect(project.server.data).toBe(join(project.directory, ".hosterizer/postgres/local/data"));
  });

  test("root brings up a server outside a clone that only root can enter, and destroys it", async () => {
    const closed = await mkdtemp(join(tmpdir(), "hosterizer-closed-"));
    await chmod(closed, 0o700);
    try {
      await withProject({ within: closed }, async (project) => {
        await project.succeed("up");

        expect(project.server.data).toMatch(/^\/var\/lib\/hosterizer-database\/project-/);
        expect(await serverUser(project)).not.toBe(0);
        expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n/);
        await project.succeed("destroy", "--", "--yes");
        expect(existsSync(dirname(project.server.directory))).toBe(false);
      });
    } finally {
      await rm(closed, { recursive: true, force: true });
    }
  });
});
