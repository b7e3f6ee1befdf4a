import type { Command } from "commander";

import { npmCommand, shellWord } from "@hosterizer/postgres/npmCommand";
import { operatorCommand } from "../operatorCommand";
import { backupContainer, declaredBackups } from "./backupContainer";
import { createRestorePoint } from "./restorePoints";
import { print } from "../../terminal";

/** `npm run db -- restore-point`: a name for the present state. See docs/back-up.md. */
export function restorePoint(): Command {
  return operatorCommand({
    name: "restore-point",
    summary: "Name the present state, to be able to recover it",
    details: "It takes no backup, and no time: the name is a place in the archived WAL.",
    examples: [["npm run db -- restore-point before-import --stack dev", "before a risky change"]],
  })
    .argument("<name>", "letters, digits, _, . and -")
    .action(async (name: string, { stack }: { stack: string }) => {
      const backups = await declaredBackups(stack);
      const container = await backupContainer(backups);
      const { time } = await createRestorePoint(container, backups.repositories, name);
      const command = npmCommand("db -- restore", ["--to-point", shellWord(name)], stack);
      print(`${name} is the state of ${time}. To recover it: ${command}\n`);
    });
}
