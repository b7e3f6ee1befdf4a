import { readArguments } from "../readArguments";
import { requireServer } from "../requireServer";
import { runPulumi } from "../runPulumi";
import { externalEnvironment } from "../externalStack/externalEnvironment";
import { openStack } from "../stack/openStack";

/** `npm run preview`: shows what `up` would change, and changes nothing. */
export async function preview(args: string[]): Promise<number> {
  const { stack, rest } = readArguments(
    {
      name: "preview",
      description:
        "Shows what `npm run up` would change, with the reason where the database has drifted.",
    },
    args,
  );
  const environment = await externalEnvironment(stack, await openStack(stack));
  await requireServer(stack, environment);
  // Without --diff Pulumi names the properties that change, but not the reasons in them, and those it cuts off otherwise.
  const options = ["--diff", "--show-full-output", "--stack", stack];
  return runPulumi(["preview", ...options, ...rest], environment);
}
