import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

import dockerignore, { type Ignore } from "@balena/dockerignore";
import { type Pack, pack } from "tar-stream";

/**
 * The entries of the folder `context` that its `.dockerignore` does not exclude; the Dockerfile and the `.dockerignore` itself are always included. Sorted,
 * folders before their contents.
 *
 * https://docs.docker.com/build/concepts/context/#dockerignore-files
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

/** A folder, a file or a symbolic link of a build context. */
interface ContextEntry {
  /** Relative to the context, with `/` between folders. */
  path: string;
  stats: Stats;
}

/** Tells which paths of a build context are excluded. Paths are relative to the context, with `/` between folders. */
interface BuildIgnore {
  ignores: (path: string) => boolean;
  /** Whether a folder is excluded with everything in it, so that the walk can skip it. */
  ignoresAllWithin: (folder: string) => boolean;
}

/** @param kept paths that the builder needs even if `.dockerignore` excludes them */
export function buildIgnore(text: string, kept: readonly string[]): BuildIgnore {
  const lines = [...text.replace(/^\uFEFF/, "").split("\n"), ...kept.map((path) => `!${path}`)];
  const ignore: Ignore = dockerignore().add(lines);
  const exceptions = lines.map((line) => line.trim()).filter((line) => line.startsWith("!"));
  const ignores = (path: string) => ignore.ignores(path);
  return {
    ignores,
    ignoresAllWithin: (folder) =>
      ignores(folder) && !exceptions.some((line) => `${line.slice(1)}/`.startsWith(`${folder}/`)),
  };
}

/**
 * Packs entries of a build context into a tar archive. All entries belong to root, because the builder's cache compares owners.
 *
 * The stream fails if the size of a file changes while it is read.
 */
export function buildArchive(context: string, entries: readonly ContextEntry[]): Pack {
  const archive = pack();
  addAll(archive, context, entries).then(
    () => {
      archive.finalize();
    },
    (error: unknown) => {
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  return archive;
}

async function addAll(archive: Pack, context: string, entries: readonly ContextEntry[]) {
  for (const { path, stats } of entries) {
    const file = join(context, path);
    const common = {
      mode: stats.mode & 0o7777,
      mtime: new Date(Math.floor(stats.mtimeMs / 1000) * 1000),
    };
    if (stats.isDirectory()) {
      archive.entry({ ...common, name: `${path}/`, type: "directory" }, "");
    } else if (stats.isSymbolicLink()) {
      const linkname = await readlink(file);
      archive.entry({ ...common, name: path, type: "symlink", linkname }, "");
    } else if (stats.size === 0) {
      archive.entry({ ...common, name: path, type: "file", size: 0 }, "");
    } else {
      const sink = archive.entry({ ...common, name: path, type: "file", size: stats.size });
      await pipeline(createReadStream(file, { end: stats.size - 1 }), sink).catch(
        (cause: unknown) => {
          throw new Error(
            `${file} could not be read completely: it may have changed during the build`,
            { cause },
          );
        },
      );
    }
  }
}
