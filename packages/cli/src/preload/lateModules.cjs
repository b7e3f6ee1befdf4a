// Loads modules on first use that are rarely needed. At its start the SDK loads TypeScript's compiler, npm's resolver, its automation
// API and the exporters of traces, which take most of its 600 ms; zod loads its messages in fifty languages; our own code loads PostgreSQL's client
// in programs that connect to nothing, and Docker's plugin in stacks without containers.
const Module = require("node:module");

/** By the requested module, a part of the folder of the module that requests it. */
const late = new Map([
  ["typescript", "@pulumi"],
  ["@npmcli/arborist", "@pulumi"],
  ["fdir", "@pulumi"],
  ["normalize-package-data", "@pulumi"],
  ["./automation", "@pulumi"],
  ["@opentelemetry/resources", "@pulumi"],
  ["@opentelemetry/sdk-trace-base", "@pulumi"],
  ["@opentelemetry/sdk-trace-node", "@pulumi"],
  ["@opentelemetry/exporter-zipkin", "@pulumi"],
  ["@opentelemetry/instrumentation", "@pulumi"],
  ["@opentelemetry/instrumentation-grpc", "@pulumi"],
  ["../locales/index.cjs", "zod"],
  ["pg", "postgres"],
  ["hosterizer-database-client/scramClient", "postgres"],
  ["libpg-query", "postgres"],
  ["croner", "postgres"],
  ["@pulumi/docker", "components"],
]);
const load = Module._load;

Module._load = function (request, parent, isMain) {
  const requester = late.get(request);
  const isLate = requester !== undefined && parent?.path.includes(requester);
  return isLate ? onFirstUse(() => load(request, parent, isMain)) : load(request, parent, isMain);
};

/** A placeholder for a module, which is loaded when a member is read. */
function onFirstUse(loadNow) {
  let loaded;
  const member = (_, name) => {
    // An importer uses an ES module directly; it would copy all members of any other module at once.
    if (name === "__esModule") return true;
    loaded ??= loadNow();
    // The default export of a CommonJS module is the module itself.
    return name === "default" && !loaded.__esModule ? loaded : loaded[name];
  };
  return new Proxy({}, { get: member });
}
