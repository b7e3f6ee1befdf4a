import { spawn } from "node:child_process";

import { readArguments } from "../readArguments";
import { openStack } from "../stack/openStack";
import { shellEnvironment } from "../shell/shellEnvironment";

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
      process.stdout.write(`export ${name}='${value.replaceAll("'", `'\\''`)}'\n`);
    }
    return 0;
  }
  const program = process.env["SHELL"] ?? "/bin/sh";
  const child = spawn(program, [], { env: { ...process.env, ...variables }, stdio: "inherit" });
  // In the shell Ctrl+C belongs to what runs there.
  process.on("SIGINT", () => undefined);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
}
