import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { inject } from "vitest";

import { type ConvergedStack, keepStack } from "./convergedStack";
import { copyTemplate } from "./copyTemplate";
import { Project } from "./project";
import { keepTranslations } from "./template";

/** A stack that is up, for all tests that change nothing, and a copy of it for those that do. */
interface SharedStack {
  directory: string;
  port: number;
  /** What its first update printed. */
  firstUp: string;
  /** It right after that. */
  converged: ConvergedStack;
}

const fileBeside = (template: string) => join(dirname(template), "shared.json");

/**
 * Brings the shared stack up beside the first tests, which need none, and leaves for the others what they need, or why there
 * is none.
 */
export async function bringUpSharedStack(template: string): Promise<void> {
  const ended = await bringUp(template).catch((error: unknown) => ({ fault: String(error) }));
  const file = fileBeside(template);
  await writeFile(`${file}.new`, JSON.stringify(ended));
  await rename(`${file}.new`, file);
}

async function bringUp(template: string): Promise<SharedStack> {
  const project = await copyTemplate(template, { proof: true });
  // Lets tests see what a run leaves to commit.
  await project.shell(
    "git init -q && git add --all && git -c user.name=a -c user.email=a commit -qm a",
  );
  const { directory, port } = project;
  const { code, output: firstUp } = await project.shell("npm run up");
  if (code !== 0) throw new Error(`npm run up exited with ${String(code)}:\n${firstUp}`);
  await keepTranslations(template, directory);
  const converged = await keepStack(project, join(dirname(template), "converged"));
  return { directory, port, firstUp, converged };
}

/** The shared stack, as soon as it is up. */
export async function sharedStack(): Promise<SharedStack> {
  const ended = JSON.parse(await readOnceThere(fileBeside(inject("template")))) as
    SharedStack | { fault: string };
  if ("fault" in ended) throw new Error(ended.fault);
  return ended;
}

/** The project of the shared stack. No test may change it. */
export async function sharedProject(): Promise<Project> {
  const { directory, port } = await sharedStack();
  return new Project(directory, port);
}

// No limit: each test has one, and the update ends by itself.
async function readOnceThere(file: string): Promise<string> {
  for (;;) {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      await sleep(100);
    }
  }
}
