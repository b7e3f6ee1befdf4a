// Entry point of every npm command. Plain JavaScript with Node.js built-ins only, because nothing else may be installed yet.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { closeToOthers } from "./src/setUp/closeToOthers.mjs";
import { installPackages } from "./src/setUp/installPackages.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
const project = dirname(dirname(folder));
const [command = "", ...args] = process.argv.slice(2);

const require = createRequire(import.meta.url);
let say = (text) => process.stderr.write(`${text}\n`);
require("./src/preload/fileModes.cjs");

try {
  requireNode(20, 19);
  requireSeparator();
  closeToOthers(join(project, ".hosterizer"));
  await installPackages(project);
  require("./preload.cjs");
  ({ say } = require("./src/terminal.ts"));
  if (command === "db") await runOperatorCommand(require);
  else process.exitCode = await toolchainCommand(require)(args);
} catch (error) {
  // These are for the user to read; everything else is a defect and needs its stack trace.
  const readable = ["UserError", "DeclarationError", "DeclarationErrors"].includes(error.name);
  say(readable ? error.message : error.stack);
  process.exitCode = 1;
}

// npm takes an option before `--` for itself, and another stack than the user meant would be changed or removed.
function requireSeparator() {
  const { npm_config_stack: taken, npm_lifecycle_event: script = command } = process.env;
  if (taken === undefined) return;
  const stack = taken === "true" || taken === "" ? (args[0] ?? "<stack>") : taken;
  const line =
    script === "db" ? `db -- <command> --stack ${stack}` : `${script} -- --stack ${stack}`;
  const message = `npm has taken the option --stack for itself: options come after --.\nRun \`npm run ${line}\`. Nothing was done.`;
  throw Object.assign(new Error(message), { name: "UserError" });
}

function toolchainCommand(require) {
  const file = join(folder, "src", "commands", `${command}.ts`);
  if (!existsSync(file)) throw new Error(`packages/cli/src/commands/${command}.ts does not exist`);
  return require(file)[command];
}

// The operator's commands set up like all others, and then see only their own arguments.
async function runOperatorCommand(require) {
  await require("./src/setUp/setUp.ts").setUp();
  const program = join(folder, "src", "db", "db.ts");
  process.argv = [process.execPath, program, ...args];
  require(program);
}

function requireNode(major, minor) {
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  process.stderr.write(
    `Node.js ${process.versions.node} is too old: this project needs ${major}.${minor} or later.\nInstall it from https://nodejs.org/ or your package manager.\n`,
  );
  process.exit(1);
}
