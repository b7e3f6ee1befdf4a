import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import type { Connection } from "../../connection/connection";
import { withClient } from "../../connection/connection";
import { humanBytes } from "../../humanNumbers";
import { endsWithParent } from "../pgbackrest/endsWithParent";
import { backupPaths } from "../pgbackrest/backupDeclaration";
import { neededRoom, presentSizeScript, readPresentSize } from "../pgbackrest/neededRoom";
import { runPgBackRest } from "../pgbackrest/runPgBackRest";
import { lastDrillsFile } from "./lastDrills";
import type { ArchivedSegment } from "../pgbackrest/timelines";
import {
  type RecoveryPlan,
  type RecoveryTarget,
  restoreCommand,
  written,
} from "../pgbackrest/recoveryTarget";

const { drill: drillVolume } = backupPaths;
const data = join(drillVolume, "data");
/** Only this container's processes reach it: it is in memory, and no volume is shared there. */
const socket = "/tmp/drill";
const log = join(drillVolume, "server.log");
const rules = join(drillVolume, "pg_hba.conf");

/** A recovered server that nobody else can reach. */
export interface ThrowawayServer {
  /** From the start of the restore until it answered. */
  seconds: number;
  connect: (user: string, database: string) => Connection;
  stop: () => Promise<void>;
}

/** Why a state could not be recovered, in the words of the program that failed. */
export class NotRecovered extends Error {
  override readonly name = "NotRecovered";
}

/**
 * Restores a backup into the drill's volume and starts a server on it.
 *
 * @param segments all that the repository has
 * @param signal ends all of it, the server too
 * @throws NotRecovered
 */
export async function startThrowawayServer(
  target: RecoveryTarget,
  plan: RecoveryPlan,
  segments: readonly ArchivedSegment[],
  signal: AbortSignal,
): Promise<ThrowawayServer> {
  const began = Date.now();
  const { backup, timeline } = plan;
  await endOthers();
  await clear();
  await requireRoom(neededRoom(plan, segments, await presentSize()));
  await mkdir(data, { recursive: true, mode: 0o700 });
  const restored = await runPgBackRest(
    [
      ...[`--repo=${backup.repository}`, `--set=${backup.label}`, `--pg1-path=${data}`],
      ...targetOptions(target),
      `--target-timeline=${timeline}`,
      "--archive-mode=off",
      "restore",
    ],
    signal,
  );
  if (restored.code !== 0) {
    throw new NotRecovered(
      `backup ${backup.label} could not be restored: ${lastLines(restored.messages + restored.output)}`,
    );
  }
  await mkdir(socket, { recursive: true, mode: 0o700 });
  await writeFile(rules, "local all all trust\n");
  const [program, ...words] = endsWithParent("sh", [
    ...["-c", `exec postgres "$@" >${log} 2>&1`],
    ...["postgres", "-D", data, ...settings(backup.repository)],
  ]);
  const server = spawn(program, words, { stdio: "ignore" });
  const ended = once(server, "exit");
  const connect = (user: string, database: string): Connection => ({
    ...{ host: socket, port: 5432, user, database },
  });
  const end = () => {
    // What it has written is thrown away.
    if (server.exitCode === null && server.signalCode === null) server.kill("SIGQUIT");
  };
  // Whatever waits for its answer fails with it.
  signal.addEventListener("abort", end, { once: true });
  const stop = async () => {
    signal.removeEventListener("abort", end);
    end();
    await ended;
    await clear();
  };
  try {
    while (!(await isRecovered(connect("postgres", "postgres")))) {
      signal.throwIfAborted();
      if (server.exitCode !== null || server.signalCode !== null) {
        throw new NotRecovered(
          `the server ended during recovery: ${lastLines(await readFile(log, "utf8"))}`,
        );
      }
      await sleep(200);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { seconds: (Date.now() - began) / 1000, connect, stop };
}

/** The copy lies on the disk of the live server, which stops when that is full. @throws NotRecovered */
async function requireRoom(needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(drillVolume);
  const left = bavail * bsize;
  if (left >= needed) return;
  throw new NotRecovered(
    `there is no room for a copy: it may take ${humanBytes(needed)}, and ${humanBytes(left)} are left on the server's disk`,
  );
}

async function presentSize(): Promise<number> {
  const { stdout } = await promisify(execFile)("sh", ["-c", presentSizeScript]);
  return readPresentSize(stdout);
}

/** Ends what is still at work in the folder of the data: pgBackRest's child processes outlive a parent that was killed with its drill. */
async function endOthers(): Promise<void> {
  for (const name of await readdir("/proc")) {
    const command = /^\d+$/.test(name)
      ? await readFile(join("/proc", name, "cmdline"), "utf8").catch(() => "")
      : "";
    const [program = ""] = command.split("\0");
    if (!["pgbackrest", "postgres"].includes(program) || !command.includes(data)) continue;
    try {
      process.kill(Number(name), "SIGKILL");
    } catch (error) {
      // It has ended in the meantime.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Removes what a drill has left, killed or not: everything but the copy of the last records. */
async function clear(): Promise<void> {
  // A process that was killed may still add a file.
  const options = { recursive: true, force: true, maxRetries: 5 };
  for (const name of await readdir(drillVolume))
    if (name !== lastDrillsFile) await rm(join(drillVolume, name), options);
  await rm(socket, options);
}

function targetOptions(target: RecoveryTarget): string[] {
  if (target.kind === "latest") return ["--type=default"];
  const value = target.kind === "time" ? written(target.time) : target.point.name;
  const type = target.kind === "time" ? "time" : "name";
  return [`--type=${type}`, `--target=${value}`, "--target-action=promote"];
}

function settings(repository: number): string[] {
  const values = {
    hba_file: rules,
    restore_command: restoreCommand(repository, data),
    listen_addresses: "",
    unix_socket_directories: socket,
    ssl: "off",
    // A max_connections that was raised since the backup would pause the recovery for ever.
    hot_standby: "off",
    archive_mode: "off",
    // Nothing here outlives the drill.
    fsync: "off",
    shared_buffers: "64MB",
    // As a large server has it, it would take all of the container's memory.
    maintenance_work_mem: "64MB",
    shared_preload_libraries: "",
    log_min_messages: "log",
    logging_collector: "off",
    restart_after_crash: "off",
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function isRecovered(connection: Connection): Promise<boolean> {
  try {
    return await withClient(connection, "drill", async (client) => {
      const { rows } = await client.query<{ recovered: boolean }>(
        "select not pg_catalog.pg_is_in_recovery() as recovered",
      );
      return rows[0]?.recovered === true;
    });
  } catch {
    // It does not accept connections before.
    return false;
  }
}

function lastLines(text: string): string {
  const lines = text.split("\n").filter((line) => /ERROR|FATAL|PANIC|WARN/.test(line));
  return (lines.length > 0 ? lines : text.trim().split("\n")).slice(-3).join(" / ");
}
