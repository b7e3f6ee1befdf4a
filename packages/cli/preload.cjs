// Loaded into every Node.js process of Pulumi's before its SDK (node --require).
require("./src/preload/lateModules.cjs");
require("./src/preload/inspectWithoutColour.cjs");
require("./src/preload/promisesWithoutStacks.cjs");
require("./src/preload/typescript.cjs");
