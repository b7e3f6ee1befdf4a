import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { failsRun } from "../failsRun";
import { endProcesses } from "./endProcesses";
import { bringUpSharedStack } from "./sharedStack";
import { makeTemplate } from "./template";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the copy that all projects are copied from. */
    template: string;
  }
}

/** Copies this project, and begins to bring up one stack for all tests that do not change it. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "hosterizer-stack-"));
  const remove = async () => {
    await endProcesses([root]);
    await rm(root, { recursive: true, force: true });
  };
  try {
    // Servers run as a different user than the tests, who must be able to enter.
    await chmod(root, 0o755);
    const template = join(root, "template");
    await makeTemplate(template);
    provide("template", template);
    const bringingUp = bringUpSharedStack(template);
    return failsRun(async () => {
      await bringingUp;
      await remove();
    });
  } catch (error) {
    await remove();
    throw error;
  }
}
