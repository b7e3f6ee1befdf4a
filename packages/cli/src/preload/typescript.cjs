// Our own files are TypeScript, and have Node.js keep their source maps, so that a stack names their lines. Libraries are loaded
// as they are: with their maps, the SDK takes three times as long.
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

// The state names tsx as what loads our files: in this process that is done.
const tsx = require.resolve("tsx/cjs");
require.cache[tsx] = Object.assign(new Module(tsx), { filename: tsx, loaded: true });
