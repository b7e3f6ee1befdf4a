import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

import type * as esbuild from "esbuild";

const program = "packages/postgres/src/backup/scheduler/main.ts";
/** This file: what it copies depends on it. */
const own = "components/docker/schedulerContext.ts";
const dockerfile = "image/scheduler.Dockerfile";
const folder = join(".hosterizer", "scheduler");
/** What the bundle was made of: each file with a hash of its content. */
const record = join(".hosterizer", "scheduler-sources.json");
/** Where the files that a module reads are in the image: in the module's folder below this one. */
const home = "/usr/local/lib/hosterizer/files";

/**
 * The build context of the container that takes backups: its Dockerfile, its program with everything that it imports in one file, and
 * the files that this reads. Written again when one of its sources has changed.
 *
 * @returns its folder, from the project folder
 */
export async function schedulerContext(): Promise<string> {
  const bundle = join(folder, "scheduler.cjs");
  if (!existsSync(bundle) || !isCurrent()) {
    const { text, sources } = await makeBundle();
    const read = [...new Set(sources.map((file) => dirname(file)))].flatMap(filesToRead);
    for (const file of read) write(join(folder, "files", placeOf(file)), readFileSync(file));
    write(bundle, Buffer.from(text));
    const hashes = [own, ...sources, ...read].map((file) => [file, hashOf(file)]);
    write(record, Buffer.from(JSON.stringify(Object.fromEntries(hashes))));
  }
  write(join(folder, "scheduler.Dockerfile"), readFileSync(dockerfile));
  return folder;
}

function isCurrent(): boolean {
  if (!existsSync(record)) return false;
  const hashes = JSON.parse(readFileSync(record, "utf8")) as Record<string, string>;
  const isOfThisVersion = own in hashes;
  return (
    isOfThisVersion &&
    Object.entries(hashes).every(([file, hash]) => existsSync(file) && hashOf(file) === hash)
  );
}

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** What the modules of a folder read: their SQL and tables, also in folders without modules, and the program of PostgreSQL's parser. */
function filesToRead(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (/\.(sql|tsv|wasm)$/.test(entry.name)) return [path];
    return entry.isDirectory() && !path.includes("node_modules") && !hasModules(path)
      ? filesToRead(path)
      : [];
  });
}

function hasModules(directory: string): boolean {
  return readdirSync(directory).some((name) => name.endsWith(".ts"));
}

async function makeBundle(): Promise<{ text: string; sources: string[] }> {
  // Loaded late: most updates find the bundle of an earlier one.
  const { build } = createRequire(join(process.cwd(), "package.json"))("esbuild") as typeof esbuild;
  const { outputFiles, metafile } = await build({
    entryPoints: [program],
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    conditions: ["hosterizer-source"],
    // The client works without its optional binding.
    external: ["pg-native"],
    legalComments: "inline",
    logLevel: "silent",
    metafile: true,
    write: false,
    plugins: [ownFolders],
  });
  return { text: outputFiles[0]?.text ?? "", sources: Object.keys(metafile.inputs) };
}

/** Leaves each module its own folder: in one file they would all have the file's. */
const ownFolders: esbuild.Plugin = {
  name: "own-folders",
  setup: (bundling) => {
    bundling.onLoad(
      { filter: /(packages\/postgres\/src\/.*\.ts|libpg-query\/.*\.c?js)$/ },
      ({ path }) => {
        const own = join(home, dirname(placeOf(path)));
        return {
          contents: `var __dirname = ${JSON.stringify(own)};\n${readFileSync(path, "utf8")}`,
          loader: basename(path).endsWith(".ts") ? "ts" : "js",
          resolveDir: dirname(path),
        };
      },
    );
  },
};

/** A file's path from the project folder, or from the one that has the packages: it may be another one. */
function placeOf(file: string): string {
  return /(?:^|.*\/)((?:node_modules|packages)\/.*)$/.exec(file)?.[1] ?? file;
}

/** Another update may be reading the file: it is replaced as a whole. */
function write(file: string, content: Buffer): void {
  if (existsSync(file) && readFileSync(file).equals(content)) return;
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, file);
}
