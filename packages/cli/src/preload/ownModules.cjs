// Finding and transpiling several hundred TypeScript files takes up to a second of every process. So what a program has loaded of
// this project is kept in one file, as JavaScript; a source whose modification time or size has changed is transpiled again.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { basename, dirname, join, relative, resolve, sep } = require("node:path");

const project = resolve(__dirname, "../../../..");
// Each program has its own, which holds what it needs and nothing else.
const program = (process.argv[1] ?? "node").split(sep).slice(-2).join("-");
const store = join(project, ".hosterizer", "modules", `${program}.json`);
/** Another version of these would translate differently. */
const by = [process.versions.node, require("esbuild/package.json").version].join(" ");

const kept = readStore();
/** Absolute paths of those that are known to be as they were when they were translated, and what became of them. */
const ready = new Map();
let writing;

/** Finds a neighbour of one of our files without looking for all that it could be. */
const find = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const asker = parent?.filename;
  if (asker?.endsWith(".ts")) {
    const file = ownFile(request, dirname(asker));
    // The client's package.json leads to what is built when it is published; here its sources are loaded.
    const isClient = request.split("/")[0] === "hosterizer-database-client";
    if (file !== undefined && (isClient || translationOf(file) !== undefined)) return file;
  }
  return find.call(this, request, parent, ...rest);
};

/** The file that a request names if it is one of this project's: a neighbour, or a part of one of its packages. */
function ownFile(request, folder) {
  if (request.startsWith(".")) return `${resolve(folder, request)}.ts`;
  const [, name, part] = /^@hosterizer\/([^/]+)\/(.+)$/.exec(request) ?? [];
  if (name !== undefined) return join(project, "packages", name, "src", `${part}.ts`);
  const [client, ofClient = "index", ...rest] = request.split("/");
  if (client === "hosterizer-database-client" && rest.length === 0)
    return join(project, "packages", "client", "src", `${ofClient}.ts`);
  return undefined;
}

/** Loads a file as `Module._extensions` do. */
exports.loadOwnModule = (module, file) => {
  module._compile(translationOf(file) ?? translate(file), file);
};

/** What is kept of a file, if that has not changed. */
function translationOf(file) {
  if (ready.has(file)) return ready.get(file);
  const { stamp, code } = kept[relative(project, file)] ?? {};
  if (stamp === undefined || stamp !== stampOf(file)) return undefined;
  ready.set(file, code);
  return code;
}

function translate(file) {
  const stamp = stampOf(file);
  const { code } = esbuild().transformSync(readFileSync(file, "utf8"), {
    loader: "ts",
    format: "cjs",
    platform: "node",
    target: "node20.19",
    supported: { "dynamic-import": false },
    // As seen from the file's own folder, so that a copy of the project can go on with a copy of this.
    sourcefile: basename(file),
    sourcemap: "inline",
    sourcesContent: false,
  });
  kept[relative(project, file)] = { stamp, code };
  ready.set(file, code);
  clearTimeout(writing);
  writing = setTimeout(writeStore, 100).unref();
  return code;
}

/** Translates in a thread that stays, instead of starting a process for each file. */
function esbuild() {
  process.env.ESBUILD_WORKER_THREADS = "1";
  try {
    return require("esbuild");
  } finally {
    delete process.env.ESBUILD_WORKER_THREADS;
  }
}

function stampOf(file) {
  const { mtime, size } = statSync(file, { throwIfNoEntry: false }) ?? {};
  // In milliseconds: copying keeps no finer time.
  return `${mtime?.getTime()} ${size}`;
}

function readStore() {
  try {
    const { by: maker, files } = JSON.parse(readFileSync(store, "utf8"));
    return maker === by ? files : {};
  } catch {
    // None yet, or one that cannot be read: everything is translated again.
    return {};
  }
}

function writeStore() {
  writing = undefined;
  try {
    mkdirSync(dirname(store), { recursive: true });
    const unfinished = `${store}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify({ by, files: kept }));
    renameSync(unfinished, store);
  } catch {
    // Where nothing can be written, the next run translates again.
  }
}
// A timer that is still running when the process ends would never fire.
process.on("exit", () => writing !== undefined && writeStore());
