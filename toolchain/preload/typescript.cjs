// tsx looks into every file that is loaded, in case that it is an ES module, and has Node.js keep all their source maps.
// Libraries are loaded as they are: looked into and mapped, the SDK takes three times as long.
const Module = require("node:module");
const { sep } = require("node:path");

const plain = Module._extensions[".js"];
require("tsx/cjs");

const libraries = `${sep}node_modules${sep}`;
// As tsx has left it.
let isMapped = true;

for (const extension of [".js", ".ts"]) {
  const byTsx = Module._extensions[extension];
  Module._extensions[extension] = (module, file) => {
    const isLibrary = file.includes(libraries);
    const before = isMapped;
    map(!isLibrary);
    try {
      (isLibrary && extension === ".js" ? loadLibrary : byTsx)(module, file);
    } finally {
      map(before);
    }
  };

  function loadLibrary(module, file) {
    try {
      plain(module, file);
    } catch (error) {
      if (error?.code !== "ERR_REQUIRE_ESM") throw error;
      byTsx(module, file);
    }
  }
}

function map(wanted) {
  if (wanted !== isMapped) process.setSourceMapsEnabled(wanted);
  isMapped = wanted;
}
