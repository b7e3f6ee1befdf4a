// At its start the SDK loads TypeScript's compiler, npm's resolver and its automation API, which take most of its 500 ms and are
// hardly ever needed in this project. Here they are loaded when they are first used.
const Module = require("node:module");

const late = new Set(["typescript", "@npmcli/arborist", "./automation"]);
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const isLate = late.has(request) && parent?.path.includes("@pulumi");
  return isLate ? onFirstUse(() => load(request, parent, isMain)) : load(request, parent, isMain);
};

/** Stands for a module that is loaded when one of its members is read. */
function onFirstUse(loadNow) {
  let loaded;
  // Called an ES module it is taken as it is; otherwise all its members would be copied at once.
  const member = (_, name) => (name === "__esModule" ? true : (loaded ??= loadNow())[name]);
  return new Proxy({}, { get: member });
}
