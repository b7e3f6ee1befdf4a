import type { Command } from "commander";

import {
  type DrillRecord,
  type DrillRecovery,
  isSound,
} from "@hosterizer/postgres/backup/drill/drillRecord";
import { UserError } from "@hosterizer/postgres/userError";
import { runInContainer } from "../../dockerStack/runInContainer";
import { say } from "../../terminal";
import { operatorCommand } from "../operatorCommand";
import { counted, humanDuration } from "../screen/numbers";
import { type Paint, paintOutput } from "../screen/terminal";
import { backupContainer, declaredBackups } from "./backupContainer";

/** `npm run db -- restore-drill`: restores the backups and checks what comes out. See docs/restore-drill.md. */
export function restoreDrill(): Command {
  return operatorCommand({
    name: "restore-drill",
    summary: "Restore the backups into a throwaway server, and check what comes out",
    details:
      "It recovers the latest state and a random moment, on a server that nothing else can reach, and checks: the archive " +
      "without a gap, every file of the repository, the age of the newest heartbeat, the schema as recorded, policies as declared, rows not " +
      "fewer than in the previous drill, tables and indexes undamaged, tenants isolated. The scheduler does the same every week.",
    examples: [["npm run db -- restore-drill --stack dev", "now"]],
  })
    .option("--json", "print the record as JSON")
    .action(async ({ stack, json }: { stack: string; json?: true }) => {
      const backups = await declaredBackups(stack);
      const container = await backupContainer(backups);
      const records: DrillRecord[] = [];
      for (const repository of backups.repositories) {
        say(`Drilling repository ${repository} …`);
        const program = ["node", "/usr/local/lib/hosterizer/scheduler.cjs", "drill"];
        const onLine = (line: string) => {
          if (!line.startsWith("{")) say(`  ${line} …`);
        };
        const run = await runInContainer(container, [...program, String(repository)], { onLine });
        if (run.code === running) {
          throw new UserError(
            `Another drill of stack ${stack} is running.`,
            `\`npm run db -- backups --stack ${stack}\` shows what it found when it is done.`,
          );
        }
        if (run.code !== 0) {
          throw new UserError(
            `The drill of repository ${repository} did not end: ${run.messages.trim()}`,
            "The stack is as it was.",
          );
        }
        records.push(JSON.parse(run.output) as DrillRecord);
      }
      const style = paintOutput();
      process.stdout.write(
        json
          ? `${JSON.stringify(records, null, 2)}\n`
          : records.map((record) => renderDrill(record, style)).join(""),
      );
      if (!records.every(isSound)) process.exitCode = 1;
    });
}

/** The exit code of a drill that has found another one. */
const running = 50;

/** What a drill found, for people. */
export function renderDrill(record: DrillRecord, style: Paint): string {
  const { repository, recoveries, faults, seconds } = record;
  const verdict = isSound(record)
    ? style.success(`Repository ${repository} restores. The drill took ${humanDuration(seconds)}.`)
    : style.failure(`Repository ${repository} does not restore as it should.`);
  const lines = [
    ...faults.map((fault) => `  ${style.failure(fault)}`),
    ...recoveries.flatMap((recovery) => renderRecovery(recovery, style)),
  ];
  return `${[verdict, ...lines].join("\n")}\n`;
}

function renderRecovery(recovery: DrillRecovery, style: Paint): string[] {
  const { target, backup, restoreSeconds, lossSeconds, rows, faults } = recovery;
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const lost =
    lossSeconds === null
      ? ""
      : `, last transaction ${humanDuration(Math.max(0, lossSeconds))} before`;
  const what = `${target === "latest" ? "the latest state" : target} from ${backup}`;
  return [
    `  ${what}: ${humanDuration(restoreSeconds)}${lost}, ${counted(total, "tenant row")}`,
    ...faults.map((fault) => `    ${style.failure(fault)}`),
  ];
}
