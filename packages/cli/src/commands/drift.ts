import { findDrift } from "../drift/findDrift";
import { showDrift } from "../drift/showDrift";
import { readArguments } from "../readArguments";
import { print } from "../terminal";

/** 7 is Pulumi's own exit code of a preview that expected no changes and found some. */
const exitCodes = { clean: 0, drift: 7, broken: 1 };

/** `npm run drift`: its exit code says whether the live database is what the program declares. */
export async function drift(args: string[]): Promise<number> {
  const { stack, rest } = readArguments(
    {
      name: "drift",
      description:
        "Compares the live database with the program and shows every difference, one line each.\n" +
        "Exit code 0: none. 7: some. 1: the comparison failed.\n" +
        "With --json it prints one JSON object instead: npm run -s drift -- --json",
    },
    args,
  );
  if (!rest.includes("--json")) return exitCodes[(await showDrift(stack, rest)).status];
  const others = rest.filter((argument) => argument !== "--json");
  const report = await findDrift(stack, others);
  print(`${JSON.stringify(report, undefined, 2)}\n`);
  return exitCodes[report.status];
}
