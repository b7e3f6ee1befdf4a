import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { failsRun } from "../failsRun";
import { type ConvergedStack, keepStack } from "./convergedStack";
import { copyTemplate } from "./copyTemplate";
import { endProcesses } from "./endProcesses";
import { keepTranslations, makeTemplate } from "./template";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder of the copy that all projects are made from. */
    template: string;
    /** The project whose stack is up, for tests that change nothing. */
    shared: { directory: string; port: number; firstUp: string };
    /** What its first update has made. */
    converged: ConvergedStack;
  }
}

/** Copies this project, and brings one stack up for all the tests that only look at it. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const root = await mkdtemp(join(tmpdir(), "hosterizer-stack-"));
  const remove = async () => {
    await endProcesses([root]);
    await rm(root, { recursive: true, force: true });
  };
  try {
    // Servers run as another user than the tests, who must get through.
    await chmod(root, 0o755);
    const template = join(root, "template");
    await makeTemplate(template);
    provide("template", template);
    const project = await copyTemplate(template, { proof: true });
    // So that tests can see what a run leaves to be committed.
    await project.shell(
      "git init -q && git add --all && git -c user.name=a -c user.email=a commit -qm a",
    );
    const { directory, port } = project;
    const { code, output: firstUp } = await project.shell("npm run up");
    if (code !== 0) throw new Error(`npm run up ended with ${String(code)}:\n${firstUp}`);
    await keepTranslations(template, directory);
    provide("converged", await keepStack(project, join(root, "converged")));
    provide("shared", { directory, port, firstUp });
    return failsRun(remove);
  } catch (error) {
    await remove();
    throw error;
  }
}
