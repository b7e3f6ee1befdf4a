import { join } from "node:path";

import { folders } from "../folders";
import { runQuietly } from "../pulumi/runQuietly";

const checks: readonly { program: string; args: readonly string[] }[] = [
  { program: "prettier", args: ["--check", "--log-level=warn", "."] },
  { program: "eslint", args: ["--max-warnings=0", "."] },
  { program: "tsc", args: ["--noEmit"] },
  { program: "vitest", args: ["run", "--project=unit", "--reporter=dot"] },
];

/** `npm run check`: format, lint, types and unit tests. Silent when all is well; otherwise every fault, not the first alone. */
export async function check(): Promise<number> {
  const results = await Promise.all(
    checks.map(async ({ program, args }) => {
      const path = join(folders.project, "node_modules", ".bin", program);
      return { program, ...(await runQuietly(path, args, { cwd: folders.project })) };
    }),
  );
  const failed = results.filter(({ code }) => code !== 0);
  for (const { program, stdout, stderr } of failed) {
    process.stdout.write(`--- ${program}\n${[stdout, stderr].join("\n").trim()}\n`);
  }
  return failed.length === 0 ? 0 : 1;
}
