import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { shellWord } from "@hosterizer/postgres/npmCommand";
import { folders, withoutOwnFolders } from "../folders";
import { readArguments } from "../readArguments";
import { exitCodeOf } from "../runProgram";
import { openStack } from "../stack/openStack";

/** `npm run shell`: a shell in which `pulumi` works on this project as the npm commands do. */
export async function shell(args: string[]): Promise<number> {
  const { stack, rest } = readArguments(
    {
      name: "shell",
      description:
        "Opens your $SHELL with `pulumi` on its PATH, for this project and this stack.\n" +
        'With --print it prints what to evaluate instead: eval "$(npm run -s shell -- --print)"',
    },
    args,
  );
  await openStack(stack);
  const variables = shellEnvironment(stack);
  if (rest.includes("--print")) {
    for (const [name, value] of Object.entries(variables)) {
      process.stdout.write(`export ${name}=${shellWord(value)}\n`);
    }
    return 0;
  }
  const program = process.env["SHELL"] ?? "/bin/sh";
  const child = spawn(program, [], { env: { ...process.env, ...variables }, stdio: "inherit" });
  // Ctrl+C belongs to the program that runs in the shell.
  process.on("SIGINT", () => undefined);
  return exitCodeOf(child);
}

/**
 * The variables that make plain `pulumi` work in a shell: a program of that name first on the PATH, which sets everything
 * else for the stack in use, and the stack to use when the command line names none.
 */
function shellEnvironment(stack: string): { PATH: string; PULUMI_STACK: string } {
  const shim = join(folders.shell, "pulumi");
  const unfinished = `${shim}.${process.pid}`;
  mkdirSync(folders.shell, { recursive: true });
  writeFileSync(
    unfinished,
    '#!/bin/sh\nexec node "$(dirname "$0")/../../packages/cli/run.mjs" pulumi "$@"\n',
  );
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, shim);
  const path = [folders.shell, ...withoutOwnFolders(process.env["PATH"] ?? "")];
  return { PATH: path.join(delimiter), PULUMI_STACK: stack };
}
