import { runPlugin } from "../protocol/servePlugin";
import { provider } from "./provider";

// The engine shows the standard error of a plugin that exits.
runPlugin(provider, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
