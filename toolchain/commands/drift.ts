import { readArguments } from "../readArguments";
import { runPulumi } from "../runPulumi";
import { openStack } from "../stack/openStack";

/** Pulumi's exit code of a preview that was to have no changes and has some. */
const changed = 7;

/** `npm run drift`: says by its exit code whether the live database is what the program says. */
export async function drift(args: string[]): Promise<number> {
  const { stack, rest } = readArguments(
    {
      name: "drift",
      description:
        "Compares the live database with the program and shows every difference.\n" +
        "Exit code 0: none. 7: some. 1: it could not be found out.",
    },
    args,
  );
  const environment = await openStack(stack);
  const options = ["--diff", "--expect-no-changes", "--stack", stack];
  const code = await runPulumi(["preview", ...options, ...rest], environment);
  return code === 0 || code === changed ? code : 1;
}
