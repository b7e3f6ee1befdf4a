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
    /** Folder of the copy that all projects are copied from. */
    template: string;
    /** The project whose stack is up, for tests that change nothing. */
    shared: { directory: string; port: number; firstUp: string };
    /** Its stack right after the first update. */
    converged: ConvergedStack;
  }
}

/** Copies this project, and brings up one stack for all tests that do not change it. */
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
    const project = await copyTemplate(template, { proof: true });
    // Lets tests see what a run leaves to commit.
    await project.shell(
      "git init -q && git add --all && git -c user.name=a -c user.email=a commit -qm a",
    );
    const { directory, port } = project;
    const { code, output: firstUp } = await project.shell("npm run up");
    if (code !== 0) throw new Error(`npm run up exited with ${String(code)}:\n${firstUp}`);
    await keepTranslations(template, directory);
    provide("converged", await keepStack(project, join(root, "converged")));
    provide("shared", { directory, port, firstUp });
    return failsRun(remove);
  } catch (error) {
    await remove();
    throw error;
  }
}
