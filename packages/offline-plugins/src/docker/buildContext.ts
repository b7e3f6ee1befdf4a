import type { Stats } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { buildIgnore } from "./buildIgnore";

/** Something of a build context: a folder, a file or a symbolic link. */
export interface ContextEntry {
  /** Relative to the context, with `/` between folders. */
  path: string;
  stats: Stats;
}

/**
 * What a build gets of the folder `context`: all but what its `.dockerignore` leaves out. The Dockerfile and the
 * `.dockerignore` itself are always in it. Sorted, folders before what is in them.
 */
export async function buildContext(context: string, dockerfile: string): Promise<ContextEntry[]> {
  const text = await readFile(join(context, ".dockerignore"), "utf8").catch(() => "");
  const ignore = buildIgnore(text, [".dockerignore", dockerfile]);
  return walk("");

  async function walk(folder: string): Promise<ContextEntry[]> {
    const names = (await readdir(join(context, folder))).sort();
    const found: ContextEntry[] = [];
    for (const name of names) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const stats = await lstat(join(context, path));
      const isWanted = stats.isFile() || stats.isDirectory() || stats.isSymbolicLink();
      if (isWanted && !ignore.ignores(path)) found.push({ path, stats });
      if (stats.isDirectory() && !ignore.ignoresAllWithin(path)) found.push(...(await walk(path)));
    }
    return found;
  }
}
