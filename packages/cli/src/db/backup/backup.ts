import type { Command } from "commander";

import { UserError } from "@hosterizer/postgres/userError";
import { humanBytes, humanDuration } from "@hosterizer/postgres/humanNumbers";
import { print, say } from "../../terminal";
import { operatorCommand } from "../operatorCommand";
import { counted } from "../screen/numbers";
import { backupKey } from "./backupKey";
import {
  backupContainer,
  declaredBackups,
  pgbackrest,
  pgbackrestError,
  readRepositories,
} from "./backupContainer";
import { copyProgress } from "./copyProgress";

interface Options {
  stack: string;
  full?: true;
}

/** `npm run db -- backup`: a base backup now. See docs/back-up.md. */
export function backup(): Command {
  return operatorCommand({
    name: "backup",
    summary: "Take a base backup now, besides the scheduled ones",
    details:
      "It has what has changed since the last backup; --full copies everything. Clients notice nothing. Each repository gets its own.",
    examples: [
      ["npm run db -- backup --stack dev", "before a risky change"],
      ["npm run db -- backup --stack dev --full", "one that builds on no other"],
    ],
  })
    .option("--full", "copy everything, not only what has changed since the last backup")
    .action(run)
    .addCommand(backupKey());
}

async function run({ stack, full }: Options): Promise<void> {
  const backups = await declaredBackups(stack);
  const container = await backupContainer(backups);
  for (const repository of backups.repositories) {
    const began = Date.now();
    say(`Taking a backup into repository ${repository} …`);
    const args = [
      `--repo=${repository}`,
      `--type=${full ? "full" : "incr"}`,
      "--log-level-console=detail",
      "backup",
    ];
    const taken = await pgbackrest(container, args, { onLine: copyProgress("copied") });
    if (taken.code === locked) {
      throw new UserError(
        `Another backup of stack ${stack} is being taken.`,
        `\`npm run db -- backups --stack ${stack}\` shows it when it is done.`,
      );
    }
    if (taken.code !== 0) throw pgbackrestError("No backup was taken", taken);
    const [state] = await readRepositories(container, [repository]);
    const last = state?.backups.at(-1);
    if (last === undefined) throw new Error("pgbackrest lists no backup after one");
    const seconds = (Date.now() - began) / 1000;
    print(
      `${last.label}: ${last.type} backup of ${humanBytes(last.size)} in ${humanDuration(seconds)}, ` +
        `${humanBytes(last.added)} more in repository ${repository}, which has ${counted(state?.backups.length ?? 0, "backup")}.\n`,
    );
  }
}

/** pgBackRest's code for a lock that another process has: https://pgbackrest.org/release.html has no list; src/build/error/error.yaml has. */
const locked = 50;
