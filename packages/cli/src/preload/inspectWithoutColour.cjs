// Node.js 20 never comes to the end of colouring a stack that names a file right inside a scoped package, and the SDK's
// sources, as source maps name them, are such files. Its report of an error would eat all memory and then be lost.
// https://github.com/nodejs/node/issues/64011
const util = require("node:util");

util.inspect = new Proxy(util.inspect, {
  apply(inspect, self, [value, options, ...rest]) {
    const plain = typeof options === "object" ? { ...options, colors: false } : options;
    return Reflect.apply(inspect, self, [value, plain, ...rest]);
  },
});
