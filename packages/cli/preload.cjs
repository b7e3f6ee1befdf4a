// Every Node.js process that Pulumi starts loads this before the SDK (node --require).
require("./src/preload/fileModes.cjs");
require("./src/preload/lateModules.cjs");
require("./src/preload/inspectWithoutColour.cjs");
require("./src/preload/promisesWithoutStacks.cjs");
require("./src/preload/typescript.cjs");
