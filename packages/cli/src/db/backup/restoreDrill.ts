import type { Command } from "commander";

import {
  drillRecord,
  type DrillRecord,
  type DrillRecovery,
  isSound,
} from "@hosterizer/postgres/backup/drill/drillRecord";
import { parseJson } from "@hosterizer/postgres/backup/pgbackrest/ownRecords";
import { acceptRowsWord, untilInputEndsWord } from "@hosterizer/postgres/backup/scheduler/plan";
import { npmCommand } from "@hosterizer/postgres/npmCommand";
import { UserError } from "@hosterizer/postgres/userError";
import { humanDuration } from "@hosterizer/postgres/humanNumbers";
import { runInContainer } from "../../dockerStack/runInContainer";
import { interruptible } from "../../interruptible";
import type { Program } from "../../program";
import { readDockerSettings } from "../../stack/readInstanceSettings";
import { stackEnvironment } from "../../stack/stackEnvironment";
import { print, say } from "../../terminal";
import { operatorCommand } from "../operatorCommand";
import { counted } from "../screen/numbers";
import { type Paint, paintOutput } from "../screen/terminal";
import { backupContainer, declaredBackups } from "./backupContainer";
import { drillServer } from "./drillServer";

interface Options {
  stack: string;
  acceptRows?: true;
  host?: string;
  port?: string;
  json?: true;
}

/** `npm run db -- restore-drill`: restores the backups and checks what comes out. See docs/restore-drill.md. */
export function restoreDrill(program: Program): Command {
  return operatorCommand({
    name: "restore-drill",
    summary: "Restore the backups into a throwaway server, and check what comes out",
    details:
      "In Docker it recovers the latest state and a random moment, on a server that nothing else can reach, and checks: the archive " +
      "without a gap, every file of the repository, the age of the newest heartbeat, the schema as recorded, policies as declared, rows not " +
      "fewer than in the previous drill, tables and indexes undamaged, tenants isolated. The scheduler does the same every week. Of another " +
      "server it restores a dump into an embedded one on this machine, or, with --host, checks a copy that its provider has restored.",
    examples: [
      ["npm run db -- restore-drill --stack dev", "the backups in its repositories"],
      ["npm run db -- restore-drill --stack prod", "a dump of it"],
      ["npm run db -- restore-drill --stack prod --host clone.example.com", "a provider's copy"],
    ],
  })
    .option(
      "--accept-rows",
      "rows may be missing since the previous drill: they were deleted on purpose",
    )
    .option("--host <host>", "a copy of the stack's server that was restored elsewhere")
    .option("--port <port>", "the copy's port (default: the stack's)")
    .option("--json", "print the record as JSON")
    .action(async (options: Options) => {
      const records = await drill(program, options);
      const style = paintOutput();
      print(
        options.json
          ? `${JSON.stringify(records, null, 2)}\n`
          : records.map((record) => renderDrill(record, style)).join(""),
      );
      if (!records.every(isSound)) process.exitCode = 1;
    });
}

async function drill(program: Program, options: Options): Promise<DrillRecord[]> {
  const { stack, host, port, acceptRows = false } = options;
  const isDocker = readDockerSettings(stack, stackEnvironment(stack)) !== undefined;
  if (isDocker && (host ?? port) !== undefined) {
    throw new UserError(
      `--${host === undefined ? "port" : "host"}: stack ${stack} has backups of its own.`,
      "Leave it out: the drill restores them.",
    );
  }
  if (isDocker) return drillRepositories(stack, acceptRows);
  if (host === undefined && port !== undefined)
    throw new UserError("--port is the port of a copy.", "Name its --host, too.");
  const clone = host === undefined ? undefined : { host, port: portOf(port) };
  const tell = (line: string) => {
    say(`${line} …`);
  };
  return [await drillServer(program, { stack, acceptRows }, clone, tell)];
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new UserError(`--port: "${text}" is not a port.`, "Name one from 1 to 65535.");
}

async function drillRepositories(stack: string, acceptRows: boolean): Promise<DrillRecord[]> {
  const backups = await declaredBackups(stack);
  const container = await backupContainer(backups);
  const records: DrillRecord[] = [];
  for (const repository of backups.repositories) {
    say(`Drilling repository ${repository} …`);
    const options = [...(acceptRows ? [acceptRowsWord] : []), untilInputEndsWord];
    const words = ["drill", String(repository), ...options];
    const onLine = (line: string) => {
      if (!line.startsWith("{")) say(`  ${line} …`);
    };
    const program = ["node", "/usr/local/lib/hosterizer/scheduler.cjs", ...words];
    const run = await interruptible(
      (signal) => runInContainer(container, program, { onLine, signal }),
      "The drill ends, too. The stack is as it was.",
    );
    if (run.code === running) {
      throw new UserError(
        `Another drill of stack ${stack} is running.`,
        `\`${npmCommand("db -- backups", [], stack)}\` shows what it found when it is done.\n` +
          `To end it, with a backup that may be running: docker restart ${backups.names.backup}`,
      );
    }
    if (run.code !== 0) {
      throw new UserError(
        `The drill of repository ${repository} did not end: ${run.messages.trim()}`,
        "The stack is as it was.",
      );
    }
    const record = parseJson(run.output.trimEnd().split("\n").at(-1) ?? "", drillRecord);
    if (record === undefined) throw new Error(`The drill has printed no record: ${run.output}`);
    records.push(record);
  }
  return records;
}

/** The exit code of a drill that has found another one. */
const running = 50;

/** What a drill found, for people. */
export function renderDrill(record: DrillRecord, style: Paint): string {
  const { repository, recoveries, faults, seconds } = record;
  const what = repository === null ? "The server" : `Repository ${repository}`;
  const verdict = isSound(record)
    ? style.success(`${what} restores. The drill took ${humanDuration(seconds)}.`)
    : style.failure(`${what} does not restore as it should.`);
  const lines = [
    ...faults.map((fault) => `  ${style.failure(fault)}`),
    ...recoveries.flatMap((recovery) => renderRecovery(recovery, style)),
  ];
  return `${[verdict, ...lines].join("\n")}\n`;
}

function renderRecovery(recovery: DrillRecovery, style: Paint): string[] {
  const { target, backup, restoreSeconds, lossSeconds, rows, faults } = recovery;
  const counts = Object.values(rows);
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Those of an earlier moment are not counted.
  const counting = counts.length === 0 ? [] : [counted(total, "tenant row")];
  const lost =
    lossSeconds === null
      ? ""
      : `, last transaction ${humanDuration(Math.max(0, lossSeconds))} before`;
  const what = `${target === "latest" ? "the latest state" : target} from ${backup}`;
  const took = restoreSeconds === null ? [] : [`${humanDuration(restoreSeconds)}${lost}`];
  return [
    `  ${what}: ${[...took, ...counting].join(", ")}`,
    ...faults.map((fault) => `    ${style.failure(fault)}`),
  ];
}
