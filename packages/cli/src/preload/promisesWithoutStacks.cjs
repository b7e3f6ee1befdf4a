// The SDK records a stack trace for each of its promises, in case that promise never settles, and maps it back to TypeScript.
// That takes a seventh of the program's time in a preview, and the traces are only read with PULUMI_DEBUG_PROMISE_LEAKS.
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
