import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { failsRun } from "../../failsRun";
import { endProcesses } from "../../stack/endProcesses";
import { makeTemplate } from "../../stack/template";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the copy that all projects with a stack in Docker are copied from. */
    dockerTemplate: string;
  }
}

/** Copies this project. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "hosterizer-docker-"));
  const remove = async () => {
    await endProcesses([root]);
    await rm(root, { recursive: true, force: true });
  };
  try {
    const template = join(root, "template");
    await makeTemplate(template);
    provide("dockerTemplate", template);
    return failsRun(remove);
  } catch (error) {
    await remove();
    throw error;
  }
}
