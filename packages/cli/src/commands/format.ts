import { runTool } from "../runProgram";

/** `npm run format`: formats every file. */
export function format(): Promise<number> {
  return runTool("prettier", ["--write", "--log-level=warn", "."]);
}
