// Loaded into every Node.js process of Pulumi's before its SDK (node --require).
require("./preload/lateModules.cjs");
require("./preload/inspectWithoutColour.cjs");
require("./preload/promisesWithoutStacks.cjs");
require("./preload/typescript.cjs");
