import { findDrift } from "../drift/findDrift";
import { readArguments } from "../readArguments";
import { requireServer } from "../requireServer";
import { runPulumi } from "../runPulumi";
import { externalEnvironment } from "../externalStack/externalEnvironment";
import { openStack } from "../stack/openStack";

/** Pulumi's exit code of a preview that was to have no changes and has some. */
const changed = 7;

const exitCodes = { clean: 0, drift: changed, broken: 1 };

/** `npm run drift`: says by its exit code whether the live database is what the program says. */
export async function drift(args: string[]): Promise<number> {
  const { stack, rest } = readArguments(
    {
      name: "drift",
      description:
        "Compares the live database with the program and shows every difference.\n" +
        "Exit code 0: none. 7: some. 1: it could not be found out.\n" +
        "With --json it prints one JSON object instead: npm run -s drift -- --json",
    },
    args,
  );
  if (rest.includes("--json")) {
    const others = rest.filter((argument) => argument !== "--json");
    const report = await findDrift(stack, others);
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return exitCodes[report.status];
  }
  const environment = await externalEnvironment(stack, await openStack(stack));
  await requireServer(stack, environment);
  // Pulumi cuts off what is longer than 150 characters otherwise.
  const options = ["--diff", "--show-full-output", "--expect-no-changes", "--stack", stack];
  const code = await runPulumi(["preview", ...options, ...rest], environment);
  return code === 0 || code === changed ? code : 1;
}
