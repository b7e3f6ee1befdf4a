import { join } from "node:path";

import { folders } from "../folders";
import { judgeMigrations } from "../judgeMigrations";
import { loadProgram } from "../program";
import { runQuietly } from "../pulumi/runQuietly";
import { ensureSquawk } from "../squawk/ensureSquawk";

const checks: readonly { program: string; args: readonly string[] }[] = [
  { program: "prettier", args: ["--check", "--log-level=warn", "."] },
  { program: "eslint", args: ["--max-warnings=0", "."] },
  { program: "tsc", args: ["--noEmit"] },
  { program: "vitest", args: ["run", "--project=unit", "--reporter=dot"] },
];

/** `npm run check`: format, lint, types, unit tests and migrations. Silent when all is well; otherwise every fault, not the first alone. */
export async function check(): Promise<number> {
  const results = await Promise.all(
    checks.map(async ({ program, args }) => {
      const path = join(folders.project, "node_modules", ".bin", program);
      return { program, ...(await runQuietly(path, args, { cwd: folders.project })) };
    }),
  );
  await ensureSquawk();
  const unsafe = await judgeMigrations(folders.project, loadProgram());
  if (unsafe !== "") process.stdout.write(`--- migrations\n${unsafe}\n`);
  const failed = results.filter(({ code }) => code !== 0);
  for (const { program, stdout, stderr } of failed) {
    process.stdout.write(`--- ${program}\n${[stdout, stderr].join("\n").trim()}\n`);
  }
  return failed.length === 0 && unsafe === "" ? 0 : 1;
}
