// The SDK notes a stack for each of its promises, in case that one never ends, and maps it back to TypeScript. That takes
// a seventh of a preview's time in the program; nobody reads them unless PULUMI_DEBUG_PROMISE_LEAKS asks for it.
const Module = require("node:module");

const load = Module._load;

Module._load = function (request, parent, isMain) {
  const loaded = load(request, parent, isMain);
  const isTracker = request.endsWith("/debuggable") && parent?.path.includes("@pulumi");
  if (isTracker && !process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) withoutStacks(loaded);
  return loaded;
};

function withoutStacks(tracker) {
  const track = tracker.debuggablePromise;
  if (track === undefined || track.withoutStacks) return;
  const quick = (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return track(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
  tracker.debuggablePromise = Object.assign(quick, { withoutStacks: true });
}
