// Node.js 20 loops for ever when it colours a stack trace that names a file directly inside a scoped package. Source maps name
// the SDK's sources as such files, so reporting an error would use up all memory and lose the error.
// https://github.com/nodejs/node/issues/64011
const util = require("node:util");

util.inspect = new Proxy(util.inspect, {
  apply(inspect, self, [value, options, ...rest]) {
    const plain = typeof options === "object" ? { ...options, colors: false } : options;
    return Reflect.apply(inspect, self, [value, plain, ...rest]);
  },
});
