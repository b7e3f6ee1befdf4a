import { rename, rm } from "node:fs/promises";
import { join } from "node:path";

import type { DriftCase, FileChange } from "../drift/driftCase";
import type { Project } from "./project";

/** Makes by hand the change of a case. @returns a function that undoes it */
export async function breakByHand(
  project: Project,
  drift: DriftCase,
): Promise<() => Promise<void>> {
  const { break: broken, undo } = drift;
  if (typeof broken === "string") {
    await project.query(broken);
    return async () => {
      if (undo !== undefined) await project.query(undo);
    };
  }
  const restore: (() => Promise<void>)[] = [];
  for (const change of broken) restore.unshift(await changeFile(project, change));
  return async () => {
    for (const one of restore) await one();
  };
}

/** Changes one of the project's files. @returns a function that undoes it */
export async function changeFile(
  project: Project,
  change: FileChange,
): Promise<() => Promise<void>> {
  const { file } = change;
  const path = (name: string) => join(project.directory, name);
  const before = await project.read(file).catch(() => undefined);
  if ("from" in change) await project.edit(file, change.from, change.to);
  else if ("text" in change) await project.write(file, change.text);
  else if ("movedTo" in change) await rename(path(file), path(change.movedTo));
  else await rm(path(file));
  return async () => {
    if ("movedTo" in change) await rm(path(change.movedTo), { force: true });
    if (before === undefined) await rm(path(file), { force: true });
    else await project.write(file, before);
  };
}
