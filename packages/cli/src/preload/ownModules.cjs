// Finding and transpiling several hundred TypeScript files costs every process up to a second. So each program keeps the files of
// this project that it has loaded in one file, as JavaScript. A source with another modification time or size is transpiled again.
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { basename, dirname, join, relative, resolve, sep } = require("node:path");

const project = resolve(__dirname, "../../../..");
// Each program has its own store, which holds only what it needs.
const program = (process.argv[1] ?? "node").split(sep).slice(-2).join("-");
const store = join(project, ".hosterizer", "modules", `${program}.json`);
/** Other versions of these may transpile differently. */
const by = [process.versions.node, require("esbuild/package.json").version].join(" ");

const kept = readStore();
/** By absolute path, the transpiled code of the files that have not changed. */
const ready = new Map();
let writing;

/** Resolves an import of one of our files without trying every file that it could mean. */
const find = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const requester = parent?.filename;
  if (requester?.endsWith(".ts")) {
    const file = ownFile(request, dirname(requester));
    // The client's package.json leads to what is built when it is published; here its sources are loaded.
    const isClient = request.split("/")[0] === "hosterizer-database-client";
    if (file !== undefined && (isClient || storedCode(file) !== undefined)) return file;
  }
  return find.call(this, request, parent, ...rest);
};

/** The file of this project that a request names: relative, or in one of the packages. */
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
  module._compile(storedCode(file) ?? transpile(file), file);
};

/** The stored code of a file, if the file has not changed. */
function storedCode(file) {
  if (ready.has(file)) return ready.get(file);
  const { stamp, code } = kept[relative(project, file)] ?? {};
  if (stamp === undefined || stamp !== stampOf(file)) return undefined;
  ready.set(file, code);
  return code;
}

function transpile(file) {
  const stamp = stampOf(file);
  const { code } = esbuild().transformSync(readFileSync(file, "utf8"), {
    loader: "ts",
    format: "cjs",
    platform: "node",
    target: "node20.19",
    supported: { "dynamic-import": false },
    // Relative to the file's own folder, so that a copy of the project can use a copy of the store.
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

/** Transpiles in one worker thread, instead of starting a process for each file. */
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
  // In milliseconds: a copy of a file keeps no finer time.
  return `${mtime?.getTime()} ${size}`;
}

function readStore() {
  try {
    const { by: writtenBy, files } = JSON.parse(readFileSync(store, "utf8"));
    return writtenBy === by ? files : {};
  } catch {
    // Missing or unreadable: everything is transpiled again.
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
    // If the store cannot be written, the next run transpiles again.
  }
}
// A timer that is pending when the process ends never fires.
process.on("exit", () => writing !== undefined && writeStore());
