// At its start the SDK loads TypeScript's compiler, npm's resolver and its automation API, which take most of its 500 ms and are
// hardly ever needed in this project; zod its messages in fifty languages; and our own code, in a program that connects
// nowhere, PostgreSQL's client, and in a stack without containers Docker's plugin. Here they are loaded when they are first used.
const Module = require("node:module");

/** Who asks for what, by parts of their folders. */
const late = new Map([
  ["typescript", "@pulumi"],
  ["@npmcli/arborist", "@pulumi"],
  ["fdir", "@pulumi"],
  ["normalize-package-data", "@pulumi"],
  ["./automation", "@pulumi"],
  ["../locales/index.cjs", "zod"],
  ["pg", "postgres"],
  ["@pulumi/docker", "components"],
]);
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const asker = late.get(request);
  const isLate = asker !== undefined && parent?.path.includes(asker);
  return isLate ? onFirstUse(() => load(request, parent, isMain)) : load(request, parent, isMain);
};

/** Stands for a module that is loaded when one of its members is read, by whoever imports members by their names. */
function onFirstUse(loadNow) {
  let loaded;
  const member = (_, name) => {
    // Called an ES module it is taken as it is; otherwise all its members would be copied at once.
    if (name === "__esModule") return true;
    loaded ??= loadNow();
    // What is no ES module is itself what it exports by default.
    return name === "default" && !loaded.__esModule ? loaded : loaded[name];
  };
  return new Proxy({}, { get: member });
}
