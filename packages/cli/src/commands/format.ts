import { runTool } from "../runTool";

/** `npm run format`: writes every file as the formatter wants it. */
export function format(): Promise<number> {
  return runTool("prettier", ["--write", "--log-level=warn", "."]);
}
