import type Dockerode from "dockerode";

import { backupPaths } from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import {
  type RecoveryPlan,
  type RecoveryTarget,
  restoreCommand,
  written,
} from "@hosterizer/postgres/backup/pgbackrest/recoveryTarget";
import { containerPaths } from "@hosterizer/postgres/server/container/mandatorySettings";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { UserError } from "@hosterizer/postgres/userError";
import { setTimeout as sleep } from "node:timers/promises";
import type { DockerNames } from "../../dockerStack/dockerObjects";
import { startAttached } from "../../dockerStack/attachedContainer";
import { engine } from "../../dockerStack/engine";
import { dataMount, findUnfinishedVolume } from "../../dockerStack/unfinishedVolume";
import { unfinishedMark } from "../../dockerStack/volumeContents";
import { type ContainerRunOptions, runInContainer } from "../../dockerStack/runInContainer";
import { pgbackrest, pgbackrestError } from "../backup/backupContainer";

const { data } = backupPaths;
const log = "/tmp/server.log";
/** Nobody but this container's own processes reaches the socket, and they are the operator's. */
const rules = "local all all trust\\nlocal replication all reject\\n";

/** Whose backups are recovered, and whose data that becomes. */
export interface RecoveryNames {
  source: DockerNames;
  target: Pick<DockerNames, "recovery" | "data">;
}

/**
 * A container without a network, in which a backup is restored into a new volume and the recovered server is looked at. It ends with
 * this process. What an earlier one has left is removed.
 *
 * @param volume Name of a volume, which is created.
 * @param isRemote whether the backup is fetched over the network: then the container is in the stack's, until `leaveNetwork`
 * @throws UserError if another recovery is running
 */
export async function createRecoveryContainer(
  { source: names, target }: RecoveryNames,
  volume: string,
  isRemote: boolean,
): Promise<{ container: Dockerode.Container; remove: () => Promise<void> }> {
  const docker = engine();
  const { Image } = await docker.getContainer(names.backup).inspect();
  const [server = ""] = names.containers;
  const limits = (await ifExists(docker.getContainer(server).inspect()))?.HostConfig ?? {};
  await removeUnfinished(target);
  // The engine makes the volume with the container.
  const attached = startAttached({
    name: target.recovery,
    Image,
    Entrypoint: ["tini", "--", "cat"],
    HostConfig: {
      NetworkMode: isRemote ? names.network : "none",
      Tmpfs: { "/tmp": "", [containerPaths.runtime]: "" },
      Binds: [
        `${volume}:${dataMount}`,
        `${names.repository}:${backupPaths.repository}:ro`,
        `${names.backupConfiguration}:${backupPaths.configuration}:ro`,
        `${server}-configuration:${containerPaths.configuration}:ro`,
      ],
      Memory: limits.Memory ?? 0,
      ShmSize: limits.ShmSize ?? 0,
    },
  });
  const { container, detach } = await attached.catch(async (error: unknown) => {
    await ifExists(docker.getVolume(volume).remove());
    throw error;
  });
  const remove = async () => {
    await ifExists(container.remove({ force: true, v: true }));
    detach();
  };
  return { container, remove };
}

/** Takes a container that has fetched everything off the network. The server in it has listened on none. */
export async function leaveNetwork(
  container: Dockerode.Container,
  { network }: DockerNames,
): Promise<void> {
  await engine().getNetwork(network).disconnect({ Container: container.id, Force: true });
}

/** Removes the container of a recovery that was killed, and the volume that it had not finished. */
async function removeUnfinished(target: RecoveryNames["target"]): Promise<void> {
  const { recovery } = target;
  const docker = engine();
  const inspect = () => ifExists(docker.getContainer(recovery).inspect());
  let found = await inspect();
  for (; found !== undefined && isStarting(found); found = await inspect()) await sleep(250);
  if (found === undefined) return;
  if (found.State.Running) {
    throw new UserError(
      `Another recovery is running, in the container ${recovery}.`,
      `Wait until it ends. To end it: docker rm --force ${recovery}`,
    );
  }
  const unfinished = await findUnfinishedVolume(target);
  await ifExists(docker.getContainer(recovery).remove({ force: true, v: true }));
  if (unfinished !== undefined) await ifExists(docker.getVolume(unfinished).remove());
}

/** Another recovery may have made the container, and starts it in a moment. One that was killed never does. */
function isStarting({ State, Created }: Dockerode.ContainerInspectInfo): boolean {
  return State.Status === "created" && Date.now() - Date.parse(Created) < 15_000;
}

/**
 * Copies a backup into the container's volume.
 *
 * @throws UserError with pgBackRest's words
 */
export async function restoreBackup(
  container: Dockerode.Container,
  target: RecoveryTarget,
  { backup, timeline }: RecoveryPlan,
  options: ContainerRunOptions,
): Promise<void> {
  await succeed(container, `: >${unfinishedMark} && mkdir -p -m 0700 ${data}`);
  const run = await pgbackrest(
    container,
    [
      `--repo=${backup.repository}`,
      `--set=${backup.label}`,
      "--io-timeout=10",
      ...targetOptions(target),
      `--target-timeline=${timeline}`,
      // A copy has the system identifier of the original, whose archive would take its WAL.
      "--archive-mode=off",
      "--log-level-console=detail",
      "restore",
    ],
    options,
  );
  if (run.code !== 0) throw pgbackrestError(`The backup ${backup.label} cannot be restored`, run);
}

function targetOptions(target: RecoveryTarget): string[] {
  if (target.kind === "latest") return ["--type=default"];
  const value = target.kind === "time" ? written(target.time) : target.point.name;
  return [
    `--type=${target.kind === "time" ? "time" : "name"}`,
    `--target=${value}`,
    "--target-action=promote",
  ];
}

/**
 * Starts the server in the container, and waits until it has replayed its WAL up to the target.
 *
 * @param repository the number of the one that has the WAL
 * @throws UserError with the server's last words if it ends before
 */
export async function recover(container: Dockerode.Container, repository: number): Promise<void> {
  // Without hot standby a max_connections that was raised since the backup does not stop the recovery.
  const settings = {
    config_file: `${containerPaths.configuration}/postgresql.conf`,
    ident_file: `${containerPaths.configuration}/pg_ident.conf`,
    hba_file: "/tmp/pg_hba.conf",
    listen_addresses: "",
    unix_socket_directories: containerPaths.runtime,
    ssl: "off",
    hot_standby: "off",
    archive_mode: "off",
    // Its transactions would keep rows that a scrub has changed.
    autovacuum: "off",
    restore_command: restoreCommand(repository, data),
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
  await succeed(
    container,
    `printf '${rules}' >/tmp/pg_hba.conf && rm -f /tmp/server.rc && ` +
      `{ (postgres -D ${data} ${options.join(" ")} >${log} 2>&1 </dev/null; echo $? >/tmp/server.rc) & }`,
  );
  for (;;) {
    const state = await runInContainer(container, [
      "sh",
      "-c",
      `if [ -e /tmp/server.rc ]; then tail -n 12 ${log}; exit 3; fi; ` +
        `psql -X -At -h ${containerPaths.runtime} -U postgres -d postgres -c 'select pg_catalog.pg_is_in_recovery()' 2>/dev/null`,
    ]);
    if (state.output.trim() === "f") return;
    if (state.code === 3) {
      throw new UserError(
        `The server ended before it had recovered:\n${state.output.trim().replace(/^/gm, "  ")}`,
        "Nothing was changed. Choose an earlier moment, another backup, or everything there is: --latest.",
      );
    }
    await sleep(250);
  }
}

/**
 * Stops the recovered server, and leaves in its data nothing of the recovery: its settings would stay in force. Marks what this one has not
 * archived, for the next server to archive: the history of the new timeline, and the segments of it that are full already, one at least where the
 * old timeline was left just before the end of a segment. Without them no recovery could follow the new timeline.
 */
export async function endRecovery(container: Dockerode.Container): Promise<void> {
  // After a long replay there is much to write, and a shutdown that times out would waste all of it.
  await succeed(
    container,
    `PGOPTIONS='-c statement_timeout=0' psql -X -q -h ${containerPaths.runtime} -U postgres -d postgres -c checkpoint`,
  );
  await succeed(container, `pg_ctl stop -D ${data} -m fast -w -t 3600 >/dev/null`);
  await succeed(
    container,
    `sed -i -E '/^(restore_command|recovery_target[a-z_]*|archive_mode) *=/d' ${data}/postgresql.auto.conf`,
  );
  // What comes after the present segment by its name is empty, and made for what is written next.
  await succeed(
    container,
    `cd ${data}/pg_wal && ` +
      `current=$(pg_controldata -D ${data} | sed -n "s/^Latest checkpoint's REDO WAL file: *//p") && [ -n "$current" ] && ` +
      `for file in *.history "$(echo "$current" | cut -c 1-8)"????????????????; do ` +
      `[ ! -e "$file" ] || [ ! "$file" \\< "$current" ] || [ -e "archive_status/$file.done" ] || touch "archive_status/$file.ready"; done`,
  );
}

/**
 * Removes what a stopped server's data has besides its databases: the WAL, with what its tables had before, and the texts of statements that
 * pg_stat_statements has kept. The next WAL begins with the next segment.
 */
export async function removePast(container: Dockerode.Container): Promise<void> {
  await succeed(container, `rm -f ${data}/pg_stat/pg_stat_statements.stat`);
  await succeed(container, `pg_resetwal -D ${data} >/dev/null`);
}

/** Marks the volume's data as whole: a server may use it. */
export async function markWhole(container: Dockerode.Container): Promise<void> {
  await succeed(
    container,
    `sync --file-system ${dataMount} && rm ${unfinishedMark} && sync ${dataMount}`,
  );
}

/** The program that connects its input and output with the server's socket. */
export const socketBridge = [
  "node",
  "-e",
  `const s=require("node:net").connect("${containerPaths.runtime}/.s.PGSQL.5432");` +
    "process.stdin.pipe(s).pipe(process.stdout);s.on('error',()=>process.exit(1))",
];

async function succeed(container: Dockerode.Container, line: string): Promise<void> {
  const { code, output, messages } = await runInContainer(container, ["sh", "-c", line]);
  if (code !== 0) throw new Error(`${line} ended with ${code}: ${output}${messages}`);
}
