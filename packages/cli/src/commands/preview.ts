import { requireServer } from "../dockerStack/serverFault";
import { showDrift } from "../drift/showDrift";
import { externalEnvironment } from "../externalStack/externalEnvironment";
import { readArguments } from "../readArguments";
import { runPulumi } from "../runProgram";
import { openStack } from "../stack/openStack";

/** `npm run preview`: shows what `up` would change, and changes nothing. */
export async function preview(args: string[]): Promise<number> {
  const { stack, rest } = readArguments(
    {
      name: "preview",
      description:
        "Shows what `npm run up` would change, one line each, with the reason where the database has drifted.\n" +
        "With --diff or --json, Pulumi itself shows the changes, resource by resource and property by property.",
    },
    args,
  );
  if (!rest.includes("--diff") && !rest.includes("--json")) {
    await showDrift(stack, rest);
    return 0;
  }
  const environment = await externalEnvironment(stack, await openStack(stack));
  await requireServer(stack, environment);
  // Otherwise Pulumi cuts off values of more than 150 characters.
  const options = ["--show-full-output", "--stack", stack];
  return runPulumi(["preview", ...options, ...rest], environment);
}
