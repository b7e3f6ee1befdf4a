import { chmodSync, mkdirSync } from "node:fs";

import { UserError } from "@hosterizer/postgres/userError";
import { folders } from "./folders";
import { sayOnce } from "./terminal";

/**
 * Where Pulumi writes the log that `-v` asks for. It has every value that resources get, passwords too, and Pulumi lets everybody read it: so
 * it goes into a folder that only its owner may enter, instead of the system's for temporary files.
 *
 * @param args of Pulumi
 * @returns variables for Pulumi's environment; none without a log
 * @throws UserError for options that print those values on the terminal
 */
export function privateLog(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const isGiven = (option: RegExp) => args.some((arg) => option.test(arg));
  const isSet = (name: string) => !["", "0", "false"].includes(environment[name] ?? "");
  const printing = [
    {
      option: "--debug",
      given: isGiven(/^(--debug(=(?!false|0).*)?|-d)$/),
      variable: "PULUMI_OPTION_DEBUG",
    },
    {
      option: "--logtostderr",
      given: isGiven(/^--logtostderr(=(?!false|0).*)?$/),
      variable: "PULUMI_OPTION_LOGTOSTDERR",
    },
  ];
  for (const { option, given, variable } of printing) {
    if (!given && !isSet(variable)) continue;
    throw new UserError(
      `${given ? option : variable} prints the passwords of all roles.`,
      `Take -v=9 instead: its log is in ${folders.logs}, which only you may read. Nothing was done.`,
    );
  }
  const isVerbose = isGiven(/^(-v|--verbose)/) || isSet("PULUMI_OPTION_VERBOSE");
  if (!isVerbose) return {};
  mkdirSync(folders.logs, { recursive: true, mode: 0o700 });
  chmodSync(folders.logs, 0o700);
  sayOnce(`Pulumi's log is in ${folders.logs}. It has passwords: remove it when you have read it.`);
  return { TMPDIR: folders.logs };
}
