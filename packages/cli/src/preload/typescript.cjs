// Loads our own TypeScript files, with source maps, so that stack traces name their lines. Libraries are loaded without: with their
// source maps, the SDK takes three times as long.
const Module = require("node:module");
const { sep } = require("node:path");

const { loadOwnModule } = require("./ownModules.cjs");

const libraries = `${sep}node_modules${sep}`;
let isMapped = true;
process.setSourceMapsEnabled(isMapped);

Module._extensions[".ts"] = loadOwnModule;

for (const [extension, load] of Object.entries(Module._extensions)) {
  Module._extensions[extension] = (module, file) => {
    const before = isMapped;
    map(!file.includes(libraries));
    try {
      load(module, file);
    } finally {
      map(before);
    }
  };
}

function map(wanted) {
  if (wanted !== isMapped) process.setSourceMapsEnabled(wanted);
  isMapped = wanted;
}

// What this process has already. The state names tsx as the loader of our files; and the SDK maps stack traces by itself, one for
// each resource, with the maps of all libraries.
for (const module of ["tsx/cjs", "source-map-support/register"]) {
  const file = require.resolve(module, { paths: [__dirname, require.resolve("@pulumi/pulumi")] });
  require.cache[file] = Object.assign(new Module(file), { filename: file, loaded: true });
}
